#ifndef VRRPWATCH_NETLINK_SOCKET_H
#define VRRPWATCH_NETLINK_SOCKET_H

#include <node_api.h>

/*
 * class NetlinkSocket: route events of the kernel, as raw datagrams
 *   constructor(options: {groups: number, receiveBytes?}, onReadable: () => void)
 *   read(): (Buffer | null)[]   at most 64 datagrams; null stands for "here the kernel dropped some"; empty = nothing more now
 *   close(): void               idempotent
 */
napi_status netlink_socket_register(napi_env env, napi_value exports);

#endif
