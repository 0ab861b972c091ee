#ifndef VRRPWATCH_CLOCK_H
#define VRRPWATCH_CLOCK_H

#include <node_api.h>

/*
 * monotonicMicros(): number   CLOCK_MONOTONIC, the clock of process.hrtime, in microseconds
 * realtimeOffset(): number    CLOCK_REALTIME - CLOCK_MONOTONIC in microseconds, to rebase the kernel's stamps
 */
napi_status clock_register(napi_env env, napi_value exports);

#endif
