#include "netlink_socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "js.h"
#include "watch.h"

enum {
  DEFAULT_RECEIVE_BYTES = 4 << 20,
  DATAGRAM_MAX = 64 << 10, /* the kernel builds events in buffers far smaller than this */
  BATCH = 64,
};

struct netlink_socket {
  int fd;
  struct watch *watch; /* NULL: closed */
  napi_env env;
  napi_ref self;
  uint8_t buffer[DATAGRAM_MAX];
};

static void release(struct netlink_socket *socket) {
  socket->watch = NULL;
  if (socket->self != NULL) napi_delete_reference(socket->env, socket->self);
  socket->self = NULL;
}

static void on_teardown(void *owner) { release(owner); }

static void shut(struct netlink_socket *socket) {
  struct watch *watch = socket->watch;

  if (watch == NULL) return;
  release(socket);
  watch_stop(watch);
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  shut(data);
  free(data);
}

static int open_socket(uint32_t groups, uint32_t receive_bytes, const char **syscall) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  int size = (int)receive_bytes, error;
  int fd;

  *syscall = "socket(AF_NETLINK)";
  fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return -errno;
  /* Beyond net.core.rmem_max with CAP_NET_ADMIN only; otherwise up to that limit. */
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  *syscall = "bind";
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

static napi_value construct(napi_env env, napi_callback_info info) {
  uint32_t groups = 0, receive_bytes = DEFAULT_RECEIVE_BYTES;
  size_t argc = 2;
  napi_value argv[2], this;
  const char *syscall;
  struct netlink_socket *socket;

  if (napi_get_cb_info(env, info, &argc, argv, &this, NULL) != napi_ok) return NULL;
  if (argc < 2 || !js_option_u32(env, argv[0], "groups", &groups) || !js_option_u32(env, argv[0], "receiveBytes", &receive_bytes)) {
    return js_throw_type(env, "NetlinkSocket needs options {groups, receiveBytes} and a callback");
  }
  socket = calloc(1, sizeof *socket);
  if (socket == NULL) return js_throw_errno(env, ENOMEM, "malloc");
  socket->env = env;
  socket->fd = open_socket(groups, receive_bytes, &syscall);
  if (socket->fd < 0) {
    int error = -socket->fd;
    free(socket);
    return js_throw_errno(env, error, syscall);
  }
  socket->watch = watch_start(env, socket->fd, argv[1], "vrrpwatch.NetlinkSocket");
  if (socket->watch == NULL) {
    close(socket->fd);
    free(socket);
    return NULL;
  }
  watch_on_teardown(socket->watch, on_teardown, socket);
  if (napi_wrap(env, this, socket, finalize, NULL, NULL) != napi_ok) {
    finalize(env, socket, NULL);
    return js_throw_type(env, "NetlinkSocket cannot be created here");
  }
  napi_create_reference(env, this, 1, &socket->self);
  return this;
}

static struct netlink_socket *unwrap(napi_env env, napi_callback_info info) {
  napi_value this;
  size_t argc = 0;
  void *data = NULL;

  if (napi_get_cb_info(env, info, &argc, NULL, &this, NULL) != napi_ok || napi_unwrap(env, this, &data) != napi_ok) {
    js_throw_type(env, "not a NetlinkSocket");
    return NULL;
  }
  return data;
}

/* One datagram as a Buffer, null for a loss, or NULL when there is nothing to read. */
static napi_value receive(napi_env env, struct netlink_socket *socket) {
  for (int attempt = 0; attempt < BATCH; attempt++) {
    struct sockaddr_nl from = {0};
    struct iovec part = {.iov_base = socket->buffer, .iov_len = sizeof socket->buffer};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t length = recvmsg(socket->fd, &message, MSG_DONTWAIT);
    napi_value value = NULL;

    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return NULL;
    if (length < 0 || (message.msg_flags & MSG_TRUNC) != 0) { /* ENOBUFS above all: some events are gone */
      napi_get_null(env, &value);
      return value;
    }
    if (from.nl_pid != 0) continue; /* not from the kernel: any process may send here */
    napi_create_buffer_copy(env, (size_t)length, socket->buffer, NULL, &value);
    return value;
  }
  return NULL;
}

static napi_value method_read(napi_env env, napi_callback_info info) {
  struct netlink_socket *socket = unwrap(env, info);
  napi_value list, item;

  if (socket == NULL || napi_create_array(env, &list) != napi_ok) return NULL;
  for (uint32_t i = 0; socket->watch != NULL && i < BATCH && (item = receive(env, socket)) != NULL; i++) {
    napi_set_element(env, list, i, item);
  }
  return list;
}

static napi_value method_close(napi_env env, napi_callback_info info) {
  struct netlink_socket *socket = unwrap(env, info);

  if (socket == NULL) return NULL;
  shut(socket);
  return js_undefined(env);
}

napi_status netlink_socket_register(napi_env env, napi_value exports) {
  const napi_property_descriptor methods[] = {
      {"read", NULL, method_read, NULL, NULL, NULL, napi_default_method, NULL},
      {"close", NULL, method_close, NULL, NULL, NULL, napi_default_method, NULL},
  };
  napi_value class;
  napi_status status = napi_define_class(env, "NetlinkSocket", NAPI_AUTO_LENGTH, construct, NULL, sizeof methods / sizeof methods[0], methods, &class);

  return status == napi_ok ? napi_set_named_property(env, exports, "NetlinkSocket", class) : status;
}
