#include "threads.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
  /*
   * SIGSETXID of glibc, SIGCANCEL of musl: the one kind of signal that no thread can block, and Node has a thread that blocks all others.
   * glibc does the same with it for setuid(2) (nptl/nptl_setxid.c); it is given back at once.
   */
  BORROWED_SIGNAL = 33,
  /* More than the kernel's struct sigaction has, whose layout is not that of the C library. */
  ACTION_BYTES = 64,
  KERNEL_SET_BYTES = 8,
  MOST_THREADS = 1024,
  MOST_PASSES = 16,
  SPINS = 200,
  PAUSE_NS = 200000,
  MOST_PAUSES = 25000, /* 5 s: a thread may wait for a disk */
};

static struct {
  int (*work)(const void *argument);
  const void *argument;
  atomic_int done; /* thread id */
  atomic_int error;
} order;

static void obey(int signal) {
  int saved = errno, error = order.work(order.argument);
  (void)signal;

  if (error != 0) atomic_store(&order.error, error);
  atomic_store(&order.done, (int)syscall(SYS_gettid));
  errno = saved;
}

static int raw_action(int signal, const void *action, void *previous) {
  return syscall(SYS_rt_sigaction, signal, action, previous, KERNEL_SET_BYTES) < 0 ? errno : 0;
}

/* The C library refuses to set the handler of its own signals: it sets that of another one, and the kernel's form of it is copied. */
static int borrow_signal(unsigned char *lent) {
  unsigned char ours[ACTION_BYTES] = {0};
  struct sigaction action = {.sa_handler = obey, .sa_flags = SA_RESTART}, previous;
  int error;

  sigfillset(&action.sa_mask);
  if (sigaction(SIGRTMAX, &action, &previous) < 0) return errno;
  error = raw_action(SIGRTMAX, NULL, ours);
  (void)sigaction(SIGRTMAX, &previous, NULL);
  if (error == 0) error = raw_action(BORROWED_SIGNAL, NULL, lent);
  return error != 0 ? error : raw_action(BORROWED_SIGNAL, ours, NULL);
}

/* The number of ids, or a negative errno. */
static int list_threads(pid_t *ids) {
  DIR *tasks = opendir("/proc/self/task");
  struct dirent *entry;
  int count = 0;

  if (tasks == NULL) return -errno;
  while ((entry = readdir(tasks)) != NULL) {
    pid_t id = (pid_t)strtol(entry->d_name, NULL, 10);

    if (id <= 0) continue;
    if (count == MOST_THREADS) {
      count = -E2BIG;
      break;
    }
    ids[count++] = id;
  }
  closedir(tasks);
  return count;
}

static int order_thread(pid_t process, pid_t thread) {
  const struct timespec pause = {.tv_nsec = PAUSE_NS};

  atomic_store(&order.done, 0);
  if (syscall(SYS_tgkill, process, thread, BORROWED_SIGNAL) < 0) return errno == ESRCH ? 0 : errno;
  for (int i = 0; i < SPINS + MOST_PAUSES; i++) {
    if (atomic_load(&order.done) == thread) return atomic_load(&order.error);
    if (i < SPINS) {
      sched_yield();
      continue;
    }
    if (syscall(SYS_tgkill, process, thread, 0) < 0 && errno == ESRCH) return 0; /* it ended */
    nanosleep(&pause, NULL);
  }
  return ETIMEDOUT;
}

static bool is_among(pid_t id, const pid_t *ids, int count) {
  for (int i = 0; i < count; i++) {
    if (ids[i] == id) return true;
  }
  return false;
}

static int order_others(void) {
  static pid_t found[MOST_THREADS], reached[MOST_THREADS];
  pid_t process = getpid();
  int reached_count = 0;

  reached[reached_count++] = (pid_t)syscall(SYS_gettid);
  for (int pass = 0; pass < MOST_PASSES; pass++) {
    int count = list_threads(found), before = reached_count;

    if (count < 0) return -count;
    for (int i = 0; i < count; i++) {
      int error;

      if (is_among(found[i], reached, reached_count)) continue;
      if (reached_count == MOST_THREADS) return E2BIG;
      error = order_thread(process, found[i]);
      if (error != 0) return error;
      reached[reached_count++] = found[i];
    }
    if (reached_count == before) return 0;
  }
  return EAGAIN;
}

int threads_run(int (*work)(const void *argument), const void *argument) {
  unsigned char lent[ACTION_BYTES] = {0};
  int error = work(argument);

  if (error != 0) return error;
  order.work = work;
  order.argument = argument;
  atomic_store(&order.error, 0);
  error = borrow_signal(lent);
  if (error != 0) return error;
  error = order_others();
  (void)raw_action(BORROWED_SIGNAL, lent, NULL);
  return error;
}
