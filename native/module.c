/* The addon: what Node lacks for watching a network. N-API only, so one binary serves every version of Node from 20 on. */
#include <node_api.h>

#include "account.h"
#include "clock.h"
#include "fifo.h"
#include "lock.h"
#include "membership.h"
#include "memory.h"
#include "netlink_socket.h"
#include "packet_socket.h"
#include "privileges.h"

NAPI_MODULE_INIT() {
  if (packet_socket_register(env, exports) != napi_ok || netlink_socket_register(env, exports) != napi_ok ||
      membership_register(env, exports) != napi_ok || clock_register(env, exports) != napi_ok || memory_register(env, exports) != napi_ok ||
      fifo_register(env, exports) != napi_ok || account_register(env, exports) != napi_ok || privileges_register(env, exports) != napi_ok ||
      lock_register(env, exports) != napi_ok) {
    napi_throw_error(env, NULL, "vrrpwatch: the native addon could not be set up");
    return NULL;
  }
  return exports;
}
