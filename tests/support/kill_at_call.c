/* Preloaded into a program (LD_PRELOAD), ends it by SIGKILL just before its N-th call that changes a file, so that a
   test can go through every such instant: KILL_AT=N. With FAIL_AT=N that call, and each after it, fails with
   FAIL_WITH=errno instead. COUNT_CALLS=FILE writes how many there were when the program ends by itself.

   What a power cut between two calls would leave is not tested by this: what was written and not synced is there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls;

static int number(const char* name) {
  const char* text = getenv(name);
  return text ? atoi(text) : 0;
}

/* Files only: pipes, terminals and messages are not part of what must survive. */
static int is_file(int fd) {
  struct stat status;
  return fd > 2 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* 1 when the call must fail, with errno set. */
static int at_call(void) {
  static int kill_at = -1, fail_at, fail_with;
  if (kill_at < 0) {
    fail_at = number("FAIL_AT");
    fail_with = number("FAIL_WITH");
    kill_at = number("KILL_AT");
  }
  const int call = atomic_fetch_add(&calls, 1) + 1;
  if (call == kill_at) kill(getpid(), SIGKILL);
  if (fail_at == 0 || call < fail_at) return 0;
  errno = fail_with;
  return 1;
}

__attribute__((destructor)) static void report(void) {
  const char* name = getenv("COUNT_CALLS");
  FILE* file = name ? fopen(name, "w") : NULL;
  if (!file) return;
  fprintf(file, "%d\n", atomic_load(&calls));
  fclose(file);
}

#define FORWARD(result, name, parameters, arguments, condition)        \
  result name parameters {                                             \
    static result(*real) parameters;                                   \
    if (!real) real = (result(*) parameters)dlsym(RTLD_NEXT, #name);   \
    if ((condition) && at_call()) return -1;                           \
    return real arguments;                                             \
  }

FORWARD(ssize_t, write, (int fd, const void* data, size_t size), (fd, data, size), is_file(fd))
FORWARD(ssize_t, pwrite, (int fd, const void* data, size_t size, off_t at), (fd, data, size, at), is_file(fd))
FORWARD(ssize_t, pwrite64, (int fd, const void* data, size_t size, off64_t at), (fd, data, size, at), is_file(fd))
FORWARD(ssize_t, copy_file_range, (int in, off64_t* from, int out, off64_t* to, size_t size, unsigned flags),
        (in, from, out, to, size, flags), 1)
FORWARD(int, fsync, (int fd), (fd), 1)
FORWARD(int, fdatasync, (int fd), (fd), 1)
FORWARD(int, ftruncate, (int fd, off_t size), (fd, size), 1)
FORWARD(int, ftruncate64, (int fd, off64_t size), (fd, size), 1)
FORWARD(int, rename, (const char* from, const char* to), (from, to), 1)
FORWARD(int, linkat, (int a, const char* from, int b, const char* to, int flags), (a, from, b, to, flags), 1)
FORWARD(int, unlink, (const char* path), (path), 1)
FORWARD(int, remove, (const char* path), (path), 1)
