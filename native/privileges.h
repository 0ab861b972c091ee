#ifndef VRRPWATCH_PRIVILEGES_H
#define VRRPWATCH_PRIVILEGES_H

#include <node_api.h>

/* Giving up what the process was started with: sealPrivileges, setIdentity, limitCapabilities. */
napi_status privileges_register(napi_env env, napi_value exports);

#endif
