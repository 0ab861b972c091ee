{
  "targets": [
    {
      "target_name": "vrrpwatch_native",
      "sources": [
        "native/account.c",
        "native/clock.c",
        "native/fifo.c",
        "native/js.c",
        "native/lock.c",
        "native/membership.c",
        "native/memory.c",
        "native/module.c",
        "native/netlink_socket.c",
        "native/packet_filter.c",
        "native/packet_ring.c",
        "native/packet_socket.c",
        "native/privileges.c",
        "native/threads.c",
        "native/watch.c"
      ],
      "defines": ["NAPI_VERSION=8", "_GNU_SOURCE"],
      "cflags_c": ["-std=c11", "-Wall", "-Wextra", "-Wshadow", "-fvisibility=hidden"]
    }
  ]
}
