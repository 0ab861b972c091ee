#ifndef VRRPWATCH_FIFO_H
#define VRRPWATCH_FIFO_H

#include <node_api.h>

/* makeFifo(path, mode): mkfifo(3), which Node lacks. */
napi_status fifo_register(napi_env env, napi_value exports);

#endif
