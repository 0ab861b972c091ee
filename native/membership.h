#ifndef VRRPWATCH_MEMBERSHIP_H
#define VRRPWATCH_MEMBERSHIP_H

#include <node_api.h>

/*
 * joinGroup(family: 4 | 6, interfaceIndex): handle   joins the VRRP group (224.0.0.18 or ff02::12) on the interface
 * leaveGroup(handle): void                           idempotent
 * One socket a membership (IPv4 allows 20 a socket), never bound, so it never receives; the kernel sends IGMP or MLD for it.
 */
napi_status membership_register(napi_env env, napi_value exports);

#endif
