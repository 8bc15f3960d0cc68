// ocrbatch-worker: reads pages of documents for an ocrbatch that started it, in a sandbox.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "pipeline/reading/worker.h"

int main(int argc, char**) {
  if (argc > 1 || ::fcntl(ocrbatch::pipeline::kWorkerSocket, F_GETFD) < 0) {
    std::fputs("ocrbatch-worker is started by `ocrbatch scan` and by nobody else\n", stderr);
    return 2;
  }
  // _exit: what libraries tear down at the end is gone with the process.
  ::_exit(ocrbatch::pipeline::run_worker());
}
