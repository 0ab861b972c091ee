#include "fifo.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "js.h"

static napi_value make_fifo(napi_env env, napi_callback_info info) {
  char path[PATH_MAX];
  size_t argc = 2, length = 0;
  uint32_t mode = 0;
  napi_value argv[2];

  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  if (argc < 2 || napi_get_value_string_utf8(env, argv[0], NULL, 0, &length) != napi_ok ||
      napi_get_value_uint32(env, argv[1], &mode) != napi_ok) {
    return js_throw_type(env, "makeFifo needs a path and a mode");
  }
  if (length >= sizeof path) return js_throw_errno(env, ENAMETOOLONG, "mkfifo");
  if (napi_get_value_string_utf8(env, argv[0], path, sizeof path, &length) != napi_ok || strlen(path) != length) {
    return js_throw_type(env, "makeFifo needs a path without zero bytes");
  }
  if (mkfifo(path, (mode_t)mode & 07777) < 0) return js_throw_errno(env, errno, "mkfifo");
  return js_undefined(env);
}

napi_status fifo_register(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"makeFifo", NULL, make_fifo, NULL, NULL, NULL, napi_default, NULL},
  };

  return napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
}
