/* What systemd does for SystemCallFilter=, RestrictAddressFamilies= and RestrictSUIDSGID=, where no systemd runs: only the system calls and
 * the address families that are listed by number work, all others fail with EPERM and EAFNOSUPPORT; so does what would give a file or a
 * directory the set-user-ID or set-group-ID bit. Needs no_new_privs.
 *   sandbox CALLS FAMILIES PROGRAM [ARGUMENT...]      lists are numbers with commas */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define MOST 4000
static struct sock_filter filter[MOST];
static unsigned short length;

static void add(struct sock_filter instruction) {
  if (length == MOST) abort();
  filter[length++] = instruction;
}

static void load(size_t offset) {
  add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void answer(unsigned value) {
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

/* For each number of the list: what is loaded is it, so return `value`. */
static void answer_each(char *list, unsigned value) {
  for (char *number = strtok(list, ","); number != NULL; number = strtok(NULL, ",")) {
    add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, strtoul(number, NULL, 10), 0, 1));
    answer(value);
  }
}

/* The system call fails where its argument at this place, a mode, has one of the two bits. */
static void refuse_mode(int call, unsigned argument) {
  load(offsetof(struct seccomp_data, nr));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3));
  load(offsetof(struct seccomp_data, args) + argument * sizeof(__u64));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 06000, 0, 1));
  answer(SECCOMP_RET_ERRNO | EPERM);
}

int main(int argc, char **argv) {
  if (argc < 4) return 125;
  load(offsetof(struct seccomp_data, arch));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
  answer(SECCOMP_RET_KILL_PROCESS);
#if defined(__x86_64__)
  refuse_mode(SYS_chmod, 1);
  refuse_mode(SYS_mkdir, 1);
  refuse_mode(SYS_mknod, 1);
  refuse_mode(SYS_open, 2);
#endif
  refuse_mode(SYS_fchmod, 1);
  refuse_mode(SYS_fchmodat, 2);
  refuse_mode(SYS_mkdirat, 2);
  refuse_mode(SYS_mknodat, 2);
  refuse_mode(SYS_openat, 3);
  load(offsetof(struct seccomp_data, nr));
  /* socket(2): the family decides. The jump over its part is patched below, because its length is not known yet. */
  unsigned short branch = length;
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 0));
  load(offsetof(struct seccomp_data, args));
  answer_each(argv[2], SECCOMP_RET_ALLOW);
  answer(SECCOMP_RET_ERRNO | EAFNOSUPPORT);
  filter[branch].jf = (unsigned char)(length - branch - 1);
  answer_each(argv[1], SECCOMP_RET_ALLOW);
  answer(SECCOMP_RET_ERRNO | EPERM);

  struct sock_fprog program = {.len = length, .filter = filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    perror("sandbox: seccomp");
    return 125;
  }
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return 127;
}
