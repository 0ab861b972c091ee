#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

/* A persistent error must not spin the loop; two hundred looks a second are cheap. */
enum { REARM_MS = 5 };

struct watch {
  uv_poll_t poll;
  uv_timer_t rearm;
  struct js_callback callback;
  napi_async_cleanup_hook_handle hook;
  void (*teardown)(void *owner);
  void *owner;
  int fd;
  int open_handles;
  bool stopping;
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void rearm(uv_timer_t *timer) {
  struct watch *watch = timer->data;

  if (!watch->stopping) uv_poll_start(&watch->poll, UV_READABLE, on_poll);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
  struct watch *watch = poll->data;
  (void)events;

  if (status < 0) {
    uv_poll_stop(poll);
    uv_timer_start(&watch->rearm, rearm, REARM_MS, 0);
  }
  js_callback_call(&watch->callback);
  if (status < 0 && !watch->stopping) {
    /* Whatever the reader did not meet by reading: taking the error clears it, and POLLERR with it. */
    int error;
    socklen_t length = sizeof error;
    (void)getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  }
}

static void on_closed(uv_handle_t *handle) {
  struct watch *watch = handle->data;

  if (--watch->open_handles > 0) return;
  close(watch->fd);
  if (watch->hook != NULL) napi_remove_async_cleanup_hook(watch->hook);
  free(watch);
}

static void on_environment_exit(napi_async_cleanup_hook_handle hook, void *data) {
  struct watch *watch = data;
  (void)hook;

  if (watch->stopping) return; /* on_closed is on its way and removes the hook */
  if (watch->teardown != NULL) watch->teardown(watch->owner);
  watch_stop(watch);
}

struct watch *watch_start(napi_env env, int fd, napi_value function, const char *resource_name) {
  uv_loop_t *loop;
  struct watch *watch = calloc(1, sizeof *watch);
  int status;

  if (watch == NULL) {
    js_throw_errno(env, ENOMEM, "malloc");
    return NULL;
  }
  watch->fd = fd;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok || !js_callback_init(&watch->callback, env, function, resource_name)) {
    free(watch);
    napi_throw_error(env, NULL, "the event loop is not available");
    return NULL;
  }
  status = uv_poll_init(loop, &watch->poll, fd);
  if (status < 0) {
    js_callback_clear(&watch->callback);
    free(watch);
    js_throw_errno(env, -status, "uv_poll_init");
    return NULL;
  }
  uv_timer_init(loop, &watch->rearm);
  uv_unref((uv_handle_t *)&watch->rearm);
  watch->poll.data = watch;
  watch->rearm.data = watch;
  watch->open_handles = 2;
  uv_poll_start(&watch->poll, UV_READABLE, on_poll);
  if (napi_add_async_cleanup_hook(env, on_environment_exit, watch, &watch->hook) != napi_ok) watch->hook = NULL;
  return watch;
}

void watch_on_teardown(struct watch *watch, void (*teardown)(void *owner), void *owner) {
  watch->teardown = teardown;
  watch->owner = owner;
}

void watch_stop(struct watch *watch) {
  if (watch->stopping) return;
  watch->stopping = true;
  js_callback_clear(&watch->callback);
  uv_poll_stop(&watch->poll);
  uv_close((uv_handle_t *)&watch->poll, on_closed);
  uv_close((uv_handle_t *)&watch->rearm, on_closed);
}
