#include "pipeline/reading/worker.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <opencv2/core/utility.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

#include "pipeline/exception_error.h"
#include "pipeline/reading/allocation_watch.h"
#include "pipeline/reading/document_reader.h"
#include "pipeline/reading/message_socket.h"
#include "pipeline/reading/messages.h"
#include "pipeline/reading/sandbox.h"
#include "pipeline/reading/shared_pixels.h"

namespace ocrbatch::pipeline {
namespace {

// Ends the process when the one that started it has ended, also in the middle of a page.
void watch_other_side() {
  std::thread([] {
    pollfd hang_up{kWorkerSocket, POLLRDHUP, 0};
    while (::poll(&hang_up, 1, -1) <= 0) {
    }
    ::_exit(0);
  }).detach();
}

// Poppler and Tesseract recurse on the stack; the space above the main thread's 8 MiB is free.
void raise_stack_limit() {
  constexpr rlim_t kStackBytes = 64 << 20;
  rlimit limit{};
  ::getrlimit(RLIMIT_STACK, &limit);
  if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < kStackBytes) {
    limit.rlim_cur = std::min(kStackBytes, limit.rlim_max);
    ::setrlimit(RLIMIT_STACK, &limit);
  }
}

// When the machine's memory is used up, the kernel ends the worker and not the run.
void offer_to_be_ended_first() {
  int score = 0;
  std::ifstream("/proc/self/oom_score_adj") >> score;
  std::ofstream("/proc/self/oom_score_adj") << std::min(score + 500, 1000);
}

class Worker {
 public:
  explicit Worker(const PageReadingOptions& options) : reader_(options), pixels_(kWorkerPixels) {}

  void prepare() {
    note_refused_memory(pixels_.memory_refused());
    io::initialize_readers();
    reader_.prepare();
  }

  std::string answer(const WorkerRequest& request) {
    switch (request.kind) {
      case WorkerRequest::Kind::kPageCount:
        return encode(reader_.page_count(request.document));
      case WorkerRequest::Kind::kPageSize:
        return encode(reader_.page_size(request.document, request.index));
      case WorkerRequest::Kind::kRead:
        return read(request);
    }
    throw std::logic_error("an unknown request");
  }

 private:
  std::string read(const WorkerRequest& request) {
    SentPage sent{reader_.read(request.document, request.index, request.view), {}};
    if (!sent.page.error) {
      try {
        pixels_.write(sent);
      } catch (const std::exception&) {
        sent.page.error = current_exception_as_error("cut", io::ErrorCode::kInternal);
      }
    }
    return encode(sent);
  }

  DocumentReader reader_;
  SharedPixelsWriter pixels_;
};

}  // namespace

int run_worker() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  raise_stack_limit();
  offer_to_be_ended_first();
  cv::setNumThreads(0);
  std::string bytes;
  Deadline never = Deadline::never();
  if (receive_message(kWorkerSocket, bytes, never) != Transfer::kDone) return 0;
  WorkerSetup setup;
  decode(bytes, setup);
  Worker worker(setup.options);
  worker.prepare();
  enter_sandbox({.memory_bytes = setup.memory_bytes, .file_bytes = kMostPixelBytes + (1 << 20)});
  watch_other_side();  // afterwards, so that the thread is in the sandbox, too
  Transfer sent = send_message(kWorkerSocket, encode(WorkerHello{kWorkerProtocol}), never);
  while (sent == Transfer::kDone && receive_message(kWorkerSocket, bytes, never) == Transfer::kDone) {
    WorkerRequest request;
    decode(bytes, request);
    allow_cpu_seconds(request.cpu_seconds);
    sent = send_message(kWorkerSocket, worker.answer(request), never);
  }
  return 0;
}

}  // namespace ocrbatch::pipeline
