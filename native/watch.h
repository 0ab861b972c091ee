#ifndef VRRPWATCH_WATCH_H
#define VRRPWATCH_WATCH_H

#include <node_api.h>

#include "js.h"

/*
 * Calls a JavaScript function while a file descriptor is readable (level-triggered: again in the next turn of the loop
 * while there is more, so the reader may stop after a bounded amount of work).
 *
 * libuv gives up on a descriptor that reports POLLERR (a link that went down, an overrun netlink socket). A watch
 * calls the function once more, for the reader to meet the error, and then polls again.
 *
 * The watch lives until the loop has closed its handles; its owner only says `watch_stop` and forgets it.
 */
struct watch;

/* Returns NULL with a pending exception on failure. On success the watch owns `fd` and closes it. */
struct watch *watch_start(napi_env env, int fd, napi_value function, const char *resource_name);

/* Called when the environment goes away with the watch still running; the owner must forget the watch and its descriptor. */
void watch_on_teardown(struct watch *watch, void (*teardown)(void *owner), void *owner);

void watch_stop(struct watch *watch);

#endif
