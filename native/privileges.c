#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "js.h"
#include "threads.h"

enum { MOST_GROUPS = 65536 };

/* Capabilities 0 to 31 as bits. What threads_run works on must outlive the call. */
static uint32_t kept;

/* Nothing that the threads do not have yet can come to them any more. What they have they keep, over a change of the user too. */
static int seal(const void *argument) {
  uint32_t keep = *(const uint32_t *)argument;

  /* Up to the last capability that this kernel knows. Without CAP_SETPCAP the bounding set has to stay. */
  for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EPERM) return errno;
  }
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL) return errno; /* EINVAL: before Linux 4.3 */
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return errno;
  if (keep != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return errno;
  return 0;
}

static int limit(const void *argument) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  uint32_t keep = *(const uint32_t *)argument;

  if (syscall(SYS_capget, &header, sets) < 0) return errno;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
    sets[i].permitted &= i == 0 ? keep : 0;
    sets[i].effective = sets[i].permitted;
    sets[i].inheritable = 0;
  }
  if (syscall(SYS_capset, &header, sets) < 0) return errno;
  (void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  return 0;
}

static napi_value run(napi_env env, napi_callback_info info, int (*work)(const void *), const char *name) {
  size_t argc = 1;
  napi_value argv[1];
  int error;

  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  if (argc < 1 || napi_get_value_uint32(env, argv[0], &kept) != napi_ok) return js_throw_type(env, "a set of capabilities is a number");
  error = threads_run(work, &kept);
  return error == 0 ? js_undefined(env) : js_throw_errno(env, error, name);
}

static napi_value seal_privileges(napi_env env, napi_callback_info info) { return run(env, info, seal, "prctl on all threads"); }

static napi_value limit_capabilities(napi_env env, napi_callback_info info) {
  napi_value result = run(env, info, limit, "capset on all threads");

  /*
   * A change of the user or a file capability made /proc/self root's, with the list of our descriptors in it. From here on the process
   * has nothing that others of its user have not, as if it had been started as that user.
   */
  if (result != NULL) (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  return result;
}

static napi_value set_identity(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value argv[3];
  uint32_t uid, gid, count;
  gid_t *groups;
  const char *failed = NULL;
  int error = 0;

  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  if (argc < 3 || napi_get_value_uint32(env, argv[0], &uid) != napi_ok || napi_get_value_uint32(env, argv[1], &gid) != napi_ok ||
      napi_get_array_length(env, argv[2], &count) != napi_ok || uid == UINT32_MAX || gid == UINT32_MAX || count > MOST_GROUPS) {
    return js_throw_type(env, "setIdentity needs the ids of a user and a group, and a list of groups");
  }
  groups = calloc(count + 1, sizeof *groups);
  if (groups == NULL) return js_throw_errno(env, ENOMEM, "malloc");
  for (uint32_t i = 0; i < count; i++) {
    napi_value element;

    if (napi_get_element(env, argv[2], i, &element) != napi_ok || napi_get_value_uint32(env, element, &groups[i]) != napi_ok) {
      free(groups);
      return js_throw_type(env, "a group is a number");
    }
  }
  /* The C library does each of them on all threads. The user comes last: it takes the right to the others away. */
  if (setgroups(count, groups) < 0) failed = "setgroups";
  else if (setresgid(gid, gid, gid) < 0) failed = "setresgid";
  else if (setresuid(uid, uid, uid) < 0) failed = "setresuid";
  error = errno;
  free(groups);
  return failed == NULL ? js_undefined(env) : js_throw_errno(env, error, failed);
}

napi_status privileges_register(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"sealPrivileges", NULL, seal_privileges, NULL, NULL, NULL, napi_default, NULL},
      {"setIdentity", NULL, set_identity, NULL, NULL, NULL, napi_default, NULL},
      {"limitCapabilities", NULL, limit_capabilities, NULL, NULL, NULL, napi_default, NULL},
  };

  return napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
}
