#ifndef VRRPWATCH_JS_H
#define VRRPWATCH_JS_H

#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>

/* A JavaScript function that native code calls from the event loop. */
struct js_callback {
  napi_env env;
  napi_ref function;
  napi_async_context context;
};

/* Throws an Error with `code` ("EPERM"), `errno` and `syscall`; always returns NULL, so that `return js_throw_errno(...)` reads well. */
napi_value js_throw_errno(napi_env env, int error, const char *syscall);

/* Throws a TypeError; always returns NULL. */
napi_value js_throw_type(napi_env env, const char *message);

bool js_callback_init(struct js_callback *callback, napi_env env, napi_value function, const char *resource_name);

/* Calls the function without arguments. What it throws goes to 'uncaughtException', as from any other event. */
void js_callback_call(struct js_callback *callback);

void js_callback_clear(struct js_callback *callback);

/* Reads an unsigned integer property of an options object into `out`; leaves `out` alone where the property is absent. */
bool js_option_u32(napi_env env, napi_value options, const char *name, uint32_t *out);

napi_value js_undefined(napi_env env);

#endif
