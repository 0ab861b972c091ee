#ifndef VRRPWATCH_THREADS_H
#define VRRPWATCH_THREADS_H

/*
 * Runs `work` on every thread of this process, those of V8 and libuv included: the kernel keeps capabilities and no_new_privs for each
 * thread on its own. `work` runs in a signal handler, so it makes system calls only, and returns 0 or an errno; what `argument` points
 * to must live on after the call. Threads that begin meanwhile inherit from their makers and are looked for until none is new.
 * Returns 0, the first errno of `work`, ETIMEDOUT where a thread does not answer, or what /proc says where it cannot be read.
 */
int threads_run(int (*work)(const void *argument), const void *argument);

#endif
