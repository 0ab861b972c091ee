#include "memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

static napi_value trim_memory(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return NULL;
}

napi_status memory_register(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"trimMemory", NULL, trim_memory, NULL, NULL, NULL, napi_default, NULL},
  };

#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
#endif
  return napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
}
