#include "packet_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "js.h"
#include "packet_filter.h"
#include "packet_ring.h"
#include "watch.h"

enum {
  DEFAULT_RING_BYTES = 8 << 20,
  DEFAULT_BLOCK_BYTES = 32 << 10,
  DEFAULT_RETIRE_MS = 2,
  MIN_SLAB_BYTES = PACKET_FILTER_SNAP + 64,
};

struct packet_socket {
  struct packet_ring ring;
  struct watch *watch; /* NULL: closed */
  napi_env env;
  napi_ref self; /* an open socket is not garbage, even if nobody but the loop knows it */
};

static void release(struct packet_socket *socket) {
  packet_ring_unmap(&socket->ring);
  socket->watch = NULL;
  if (socket->self != NULL) napi_delete_reference(socket->env, socket->self);
  socket->self = NULL;
}

static void on_teardown(void *owner) { release(owner); }

static void shut(struct packet_socket *socket) {
  struct watch *watch = socket->watch;

  if (watch == NULL) return;
  packet_ring_drops(&socket->ring);
  release(socket);
  watch_stop(watch);
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  shut(data);
  free(data);
}

static struct packet_socket *unwrap(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv) {
  napi_value this;
  void *data = NULL;

  if (napi_get_cb_info(env, info, argc, argv, &this, NULL) != napi_ok || napi_unwrap(env, this, &data) != napi_ok) {
    js_throw_type(env, "not a PacketSocket");
    return NULL;
  }
  return data;
}

static bool read_options(napi_env env, napi_value options, uint32_t *ring_bytes, uint32_t *block_bytes, uint32_t *retire_ms) {
  return js_option_u32(env, options, "ringBytes", ring_bytes) && js_option_u32(env, options, "blockBytes", block_bytes) &&
         js_option_u32(env, options, "retireMs", retire_ms) && *block_bytes >= 4 * MIN_SLAB_BYTES / 3 && *block_bytes <= *ring_bytes;
}

static napi_value construct(napi_env env, napi_callback_info info) {
  uint32_t ring_bytes = DEFAULT_RING_BYTES, block_bytes = DEFAULT_BLOCK_BYTES, retire_ms = DEFAULT_RETIRE_MS;
  size_t argc = 2;
  napi_value argv[2], this;
  const char *syscall;
  struct packet_socket *socket;
  int error;

  if (napi_get_cb_info(env, info, &argc, argv, &this, NULL) != napi_ok) return NULL;
  if (argc < 2 || !read_options(env, argv[0], &ring_bytes, &block_bytes, &retire_ms)) {
    return js_throw_type(env, "PacketSocket needs options {ringBytes, blockBytes, retireMs} and a callback");
  }
  socket = calloc(1, sizeof *socket);
  if (socket == NULL) return js_throw_errno(env, ENOMEM, "malloc");
  socket->env = env;
  error = packet_ring_open(&socket->ring, ring_bytes, block_bytes, retire_ms, &syscall);
  if (error != 0) {
    free(socket);
    return js_throw_errno(env, error, syscall);
  }
  socket->watch = watch_start(env, socket->ring.fd, argv[1], "vrrpwatch.PacketSocket");
  if (socket->watch == NULL) {
    packet_ring_unmap(&socket->ring);
    close(socket->ring.fd);
    free(socket);
    return NULL;
  }
  watch_on_teardown(socket->watch, on_teardown, socket);
  if (napi_wrap(env, this, socket, finalize, NULL, NULL) != napi_ok) {
    finalize(env, socket, NULL);
    return js_throw_type(env, "PacketSocket cannot be created here");
  }
  napi_create_reference(env, this, 1, &socket->self);
  return this;
}

static napi_value method_read(napi_env env, napi_callback_info info) {
  size_t argc = 1, length;
  napi_value argv[1], result;
  napi_typedarray_type type;
  void *data;
  struct packet_socket *socket = unwrap(env, info, &argc, argv);
  uint32_t count = 0;

  if (socket == NULL) return NULL;
  if (argc < 1 || napi_get_typedarray_info(env, argv[0], &type, &length, &data, NULL, NULL) != napi_ok || type != napi_uint8_array ||
      length < MIN_SLAB_BYTES || (uintptr_t)data % 8 != 0) {
    return js_throw_type(env, "read() needs an 8-aligned Uint8Array of at least 9280 bytes");
  }
  if (socket->watch != NULL) count = packet_ring_read(&socket->ring, data, length);
  napi_create_uint32(env, count, &result);
  return result;
}

static napi_value method_drops(napi_env env, napi_callback_info info) {
  size_t argc = 0;
  napi_value result;
  struct packet_socket *socket = unwrap(env, info, &argc, NULL);

  if (socket == NULL) return NULL;
  napi_create_double(env, (double)(socket->watch != NULL ? packet_ring_drops(&socket->ring) : socket->ring.drops), &result);
  return result;
}

static napi_value method_close(napi_env env, napi_callback_info info) {
  size_t argc = 0;
  struct packet_socket *socket = unwrap(env, info, &argc, NULL);

  if (socket == NULL) return NULL;
  shut(socket);
  return js_undefined(env);
}

napi_status packet_socket_register(napi_env env, napi_value exports) {
  const napi_property_descriptor methods[] = {
      {"read", NULL, method_read, NULL, NULL, NULL, napi_default_method, NULL},
      {"drops", NULL, method_drops, NULL, NULL, NULL, napi_default_method, NULL},
      {"close", NULL, method_close, NULL, NULL, NULL, napi_default_method, NULL},
  };
  napi_value class;
  napi_status status = napi_define_class(env, "PacketSocket", NAPI_AUTO_LENGTH, construct, NULL, sizeof methods / sizeof methods[0], methods, &class);

  return status == napi_ok ? napi_set_named_property(env, exports, "PacketSocket", class) : status;
}
