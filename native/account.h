#ifndef VRRPWATCH_ACCOUNT_H
#define VRRPWATCH_ACCOUNT_H

#include <node_api.h>

/* findUser: an account of this host with its groups, from wherever the system has its accounts (nsswitch.conf). */
napi_status account_register(napi_env env, napi_value exports);

#endif
