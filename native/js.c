#include "js.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

napi_value js_throw_errno(napi_env env, int error, const char *syscall) {
  char message[160];
  napi_value code, text, object, value;
  const char *name = uv_err_name(-error);

  snprintf(message, sizeof message, "%s: %s", syscall, strerror(error));
  if (napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &code) != napi_ok) return NULL;
  if (napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text) != napi_ok) return NULL;
  if (napi_create_error(env, code, text, &object) != napi_ok) return NULL;
  if (napi_create_string_utf8(env, syscall, NAPI_AUTO_LENGTH, &value) == napi_ok) napi_set_named_property(env, object, "syscall", value);
  if (napi_create_int32(env, -error, &value) == napi_ok) napi_set_named_property(env, object, "errno", value);
  napi_throw(env, object);
  return NULL;
}

napi_value js_throw_type(napi_env env, const char *message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return NULL;
}

bool js_callback_init(struct js_callback *callback, napi_env env, napi_value function, const char *resource_name) {
  napi_value name;

  callback->env = env;
  callback->function = NULL;
  callback->context = NULL;
  if (napi_create_reference(env, function, 1, &callback->function) != napi_ok) return false;
  if (napi_create_string_utf8(env, resource_name, NAPI_AUTO_LENGTH, &name) == napi_ok &&
      napi_async_init(env, NULL, name, &callback->context) == napi_ok) {
    return true;
  }
  js_callback_clear(callback);
  return false;
}

void js_callback_call(struct js_callback *callback) {
  napi_env env = callback->env;
  napi_handle_scope scope;
  napi_value function, global, result, exception;

  if (callback->function == NULL || napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_get_reference_value(env, callback->function, &function) == napi_ok && function != NULL &&
      napi_get_global(env, &global) == napi_ok) {
    napi_status status = napi_make_callback(env, callback->context, global, function, 0, NULL, &result);
    if (status == napi_pending_exception && napi_get_and_clear_last_exception(env, &exception) == napi_ok) {
      napi_fatal_exception(env, exception);
    }
  }
  napi_close_handle_scope(env, scope);
}

void js_callback_clear(struct js_callback *callback) {
  if (callback->context != NULL) napi_async_destroy(callback->env, callback->context);
  if (callback->function != NULL) napi_delete_reference(callback->env, callback->function);
  callback->context = NULL;
  callback->function = NULL;
}

bool js_option_u32(napi_env env, napi_value options, const char *name, uint32_t *out) {
  napi_value value;
  napi_valuetype type;

  if (napi_get_named_property(env, options, name, &value) != napi_ok) return false;
  if (napi_typeof(env, value, &type) != napi_ok) return false;
  if (type == napi_undefined) return true;
  return type == napi_number && napi_get_value_uint32(env, value, out) == napi_ok;
}

napi_value js_undefined(napi_env env) {
  napi_value value = NULL;

  napi_get_undefined(env, &value);
  return value;
}
