#ifndef VRRPWATCH_MEMORY_H
#define VRRPWATCH_MEMORY_H

#include <node_api.h>

/*
 * trimMemory(): void   gives freed memory back to the kernel (malloc_trim of glibc; elsewhere nothing)
 *
 * Registering also limits malloc to one arena: glibc gives every thread one of its own, and each keeps what was freed in it. With
 * the worker threads of V8 and libuv that is several megabytes of an agent that shall stay small.
 */
napi_status memory_register(napi_env env, napi_value exports);

#endif
