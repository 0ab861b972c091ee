#include "membership.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "js.h"

struct membership {
  int fd; /* -1: left */
};


static void shut(struct membership *membership) {
  if (membership->fd >= 0) close(membership->fd);
  membership->fd = -1;
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  shut(data);
  free(data);
}

static int join(int family, unsigned int interface_index, const char **syscall) {
  int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), result, error;

  *syscall = "socket";
  if (fd < 0) return -errno;
  if (family == AF_INET) {
    struct ip_mreqn request = {.imr_ifindex = (int)interface_index};
    *syscall = "setsockopt(IP_ADD_MEMBERSHIP)";
    request.imr_multiaddr.s_addr = inet_addr("224.0.0.18");
    result = setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request);
  } else {
    struct ipv6_mreq request = {.ipv6mr_interface = interface_index};
    *syscall = "setsockopt(IPV6_JOIN_GROUP)";
    inet_pton(AF_INET6, "ff02::12", &request.ipv6mr_multiaddr);
    result = setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request);
  }
  if (result == 0) return fd;
  error = errno;
  close(fd);
  return -error;
}

static napi_value join_group(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2], handle;
  uint32_t family, interface_index;
  const char *syscall;
  struct membership *membership;
  int fd;

  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  if (argc < 2 || napi_get_value_uint32(env, argv[0], &family) != napi_ok || napi_get_value_uint32(env, argv[1], &interface_index) != napi_ok ||
      (family != 4 && family != 6) || interface_index == 0) {
    return js_throw_type(env, "joinGroup needs a family (4 or 6) and an interface index");
  }
  membership = malloc(sizeof *membership);
  if (membership == NULL) return js_throw_errno(env, ENOMEM, "malloc");
  fd = join(family == 4 ? AF_INET : AF_INET6, interface_index, &syscall);
  membership->fd = fd;
  if (fd < 0) {
    free(membership);
    return js_throw_errno(env, -fd, syscall);
  }
  if (napi_create_external(env, membership, finalize, NULL, &handle) != napi_ok) {
    finalize(env, membership, NULL);
    return NULL;
  }
  return handle;
}

static napi_value leave_group(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_valuetype type = napi_undefined;
  void *data;

  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  if (argc < 1 || napi_typeof(env, argv[0], &type) != napi_ok || type != napi_external || napi_get_value_external(env, argv[0], &data) != napi_ok) {
    return js_throw_type(env, "leaveGroup needs what joinGroup returned");
  }
  shut(data);
  return js_undefined(env);
}

napi_status membership_register(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"joinGroup", NULL, join_group, NULL, NULL, NULL, napi_default, NULL},
      {"leaveGroup", NULL, leave_group, NULL, NULL, NULL, napi_default, NULL},
  };

  return napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
}
