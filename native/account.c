#include "account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "js.h"

enum { FIRST_BYTES = 4096, MOST_BYTES = 1 << 20, FIRST_GROUPS = 64, MOST_GROUPS = 65536, NAME_BYTES = 256 };

/* Looks an account up by its name, or by its id where there is none. The strings of `entry` lie in `*buffer`, which the caller frees. */
static int look_up(const char *name, uid_t uid, struct passwd *entry, char **buffer, struct passwd **found) {
  *buffer = NULL;
  for (size_t size = FIRST_BYTES; size <= MOST_BYTES; size *= 2) {
    char *larger = realloc(*buffer, size);
    int error;

    if (larger == NULL) return ENOMEM;
    *buffer = larger;
    error = name != NULL ? getpwnam_r(name, entry, *buffer, size, found) : getpwuid_r(uid, entry, *buffer, size, found);
    if (error != ERANGE) return *found != NULL ? 0 : error;
  }
  return ERANGE;
}

/* Returns how many there are, or a negative errno. The caller frees `*groups`. */
static int groups_of(const struct passwd *entry, gid_t **groups) {
  *groups = NULL;
  for (int size = FIRST_GROUPS; size <= MOST_GROUPS; size *= 2) {
    gid_t *larger = realloc(*groups, (size_t)size * sizeof **groups);
    int count = size;

    if (larger == NULL) return -ENOMEM;
    *groups = larger;
    if (getgrouplist(entry->pw_name, entry->pw_gid, *groups, &count) >= 0) return count;
  }
  return -ERANGE;
}

static bool set_number(napi_env env, napi_value object, const char *name, uint32_t number) {
  napi_value value;

  return napi_create_uint32(env, number, &value) == napi_ok && napi_set_named_property(env, object, name, value) == napi_ok;
}

static napi_value describe(napi_env env, const struct passwd *entry, const gid_t *groups, int count) {
  napi_value object, name, list, value;

  if (napi_create_object(env, &object) != napi_ok || napi_create_string_utf8(env, entry->pw_name, NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_set_named_property(env, object, "name", name) != napi_ok || !set_number(env, object, "uid", entry->pw_uid) ||
      !set_number(env, object, "gid", entry->pw_gid) || napi_create_array(env, &list) != napi_ok) {
    return NULL;
  }
  for (int i = 0; i < count; i++) {
    if (napi_create_uint32(env, groups[i], &value) != napi_ok || napi_set_element(env, list, (uint32_t)i, value) != napi_ok) return NULL;
  }
  return napi_set_named_property(env, object, "groups", list) == napi_ok ? object : NULL;
}

static napi_value find_user(napi_env env, napi_callback_info info) {
  char name[NAME_BYTES], *buffer;
  size_t argc = 1, length;
  napi_value argv[1], result = NULL;
  napi_valuetype type = napi_undefined;
  struct passwd entry, *found = NULL;
  gid_t *groups = NULL;
  uint32_t uid = 0;
  int error, count;

  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  if (argc < 1 || napi_typeof(env, argv[0], &type) != napi_ok ||
      !((type == napi_string && napi_get_value_string_utf8(env, argv[0], name, sizeof name, &length) == napi_ok) ||
        (type == napi_number && napi_get_value_uint32(env, argv[0], &uid) == napi_ok))) {
    return js_throw_type(env, "findUser needs a name or an id");
  }
  error = look_up(type == napi_string ? name : NULL, uid, &entry, &buffer, &found);
  count = found == NULL ? 0 : groups_of(&entry, &groups);
  if (found != NULL && count >= 0) result = describe(env, &entry, groups, count);
  free(groups);
  free(buffer);
  if (count < 0) return js_throw_errno(env, -count, "getgrouplist");
  if (found != NULL) return result;
  /* Not every source of accounts says "none" in the same way (getpwnam(3), Errors). */
  if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM) {
    napi_get_null(env, &result);
    return result;
  }
  return js_throw_errno(env, error, "getpwnam");
}

napi_status account_register(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"findUser", NULL, find_user, NULL, NULL, NULL, napi_default, NULL},
  };

  return napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
}
