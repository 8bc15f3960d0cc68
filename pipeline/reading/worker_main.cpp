// ocrbatch-worker: reads pages of documents for an ocrbatch that started it, in a sandbox.
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>

#include "pipeline/reading/worker.h"

int main(int argc, char**) {
  if (argc > 1 || ::fcntl(ocrbatch::pipeline::kWorkerSocket, F_GETFD) < 0) {
    std::fputs("ocrbatch-worker is started by `ocrbatch scan` and by nobody else\n", stderr);
    return 2;
  }
  // Pages are of a size. Memory that glibc gave back after each would be new to the kernel, and zeroed, at
  // the next: a tenth of a worker's time.
  constexpr int kLargestKept = 32 << 20, kKept = 64 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kLargestKept);
  ::mallopt(M_TRIM_THRESHOLD, kKept);
  // _exit: what libraries tear down at the end is gone with the process.
  ::_exit(ocrbatch::pipeline::run_worker());
}
