#ifndef VRRPWATCH_LOCK_H
#define VRRPWATCH_LOCK_H

#include <node_api.h>

/*
 * tryLock(fd): whether the open file could be locked for this process alone, by flock(2). The kernel gives the lock back when the process
 * ends, however it does, so that none is left behind.
 */
napi_status lock_register(napi_env env, napi_value exports);

#endif
