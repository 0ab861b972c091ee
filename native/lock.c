#include "lock.h"

#include <errno.h>
#include <sys/file.h>

#include "js.h"

static napi_value try_lock(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  int32_t fd;
  int failed;
  napi_value argv[1], result;

  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  if (argc < 1 || napi_get_value_int32(env, argv[0], &fd) != napi_ok) return js_throw_type(env, "tryLock needs a file descriptor");
  do {
    failed = flock(fd, LOCK_EX | LOCK_NB);
  } while (failed && errno == EINTR);
  if (failed && errno != EWOULDBLOCK) return js_throw_errno(env, errno, "flock");
  return napi_get_boolean(env, !failed, &result) == napi_ok ? result : NULL;
}

napi_status lock_register(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"tryLock", NULL, try_lock, NULL, NULL, NULL, napi_default, NULL},
  };

  return napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
}
