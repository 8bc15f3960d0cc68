#include "pipeline/reading/worker_pool.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

#include "pipeline/reading/message_socket.h"
#include "pipeline/reading/reply_check.h"

namespace ocrbatch::pipeline {
namespace {

constexpr int kTries = 2;
// A worker that was killed from outside says nothing against the page: an impatient administrator, or the
// kernel when the machine's memory was used up.
constexpr int kTriesWhenKilled = 5;
constexpr int kStarts = 5;  // a start may be hit, too
constexpr std::chrono::milliseconds kPauseAfterKill{200};

// A worker that keeps more than this between two pages is replaced.
constexpr std::uint64_t kLargestIdleBytes = std::uint64_t{512} << 20;

std::string seconds_text(double seconds) {
  std::string text = std::to_string(seconds);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " s";
}

}  // namespace

WorkerPool::WorkerPool(const PageReadingOptions& options, const WorkerOptions& workers,
                       const std::atomic<bool>* stop)
    : options_(options), workers_(workers), stop_(stop) {
  statistics_.memory_limit_bytes = workers_.memory_bytes;
}

WorkerPool::Worker WorkerPool::start() {
  for (int starts = 1;; ++starts) {
    try {
      auto worker = std::make_unique<WorkerProcess>(
          workers_.program, WorkerSetup{.options = options_, .memory_bytes = workers_.memory_bytes});
      const std::lock_guard lock(mutex_);
      ++statistics_.started;
      peaks_[worker.get()] = 0;
      return worker;
    } catch (const WorkerError&) {
      if (starts == kStarts) throw;
    }
    std::this_thread::sleep_for(kPauseAfterKill);
  }
}

WorkerPool::Worker WorkerPool::take(const std::string& document) {
  while (Worker worker = idle_.take([&](const WorkerProcess& idle) { return idle.document == document; })) {
    if (worker->is_ready()) return worker;
    lose(std::move(worker), Failure::Kind::kEnded);  // while nobody asked it
  }
  return start();
}

WorkerProcess::Memory WorkerPool::note_memory(const WorkerProcess& worker) {
  const WorkerProcess::Memory memory = worker.memory();
  const std::lock_guard lock(mutex_);
  peaks_[&worker] = std::max(peaks_[&worker], memory.peak_bytes);
  std::uint64_t sum = 0;
  for (const auto& [living, bytes] : peaks_) sum += bytes;
  statistics_.peak_bytes = std::max(statistics_.peak_bytes, sum);
  return memory;
}

void WorkerPool::give_back(Worker worker) {
  const std::uint64_t kept_bytes = note_memory(*worker).resident_bytes;
  const bool old = worker->pages_read >= workers_.pages_a_worker || kept_bytes > kLargestIdleBytes;
  if (!old) {
    idle_.give_back(std::move(worker));
    return;
  }
  retire(std::move(worker));
  const std::lock_guard lock(mutex_);
  ++statistics_.recycled;
}

void WorkerPool::retire(Worker worker) {
  worker->end();
  const std::lock_guard lock(mutex_);
  peaks_.erase(worker.get());
}

WorkerPool::Failure WorkerPool::lose(Worker worker, Failure::Kind kind) {
  note_memory(*worker);
  Failure failure{kind, worker->end()};
  if (kind == Failure::Kind::kEnded && failure.end.signal == SIGXCPU) failure.kind = Failure::Kind::kLate;
  if (kind == Failure::Kind::kEnded && failure.end.memory_refused)
    failure.kind = Failure::Kind::kRefusedMemory;
  retire(std::move(worker));
  const std::lock_guard lock(mutex_);
  ++statistics_.lost;
  return failure;
}

template <class Understand>
WorkerPool::Failure WorkerPool::ask_once(Worker worker, WorkerRequest request, Understand&& understand) {
  request.cpu_seconds = static_cast<std::uint32_t>(std::ceil(std::min(workers_.timeout_s, 1e9)));
  std::string reply;
  switch (worker->ask(request, Deadline(workers_.timeout_s, stop_), reply)) {
    case Transfer::kLate:
      return lose(std::move(worker), must_stop() ? Failure::Kind::kStopped : Failure::Kind::kLate);
    case Transfer::kClosed:
      return lose(std::move(worker), Failure::Kind::kEnded);
    case Transfer::kDone:
      break;
  }
  if (worker->pixels().memory_refused()) {
    // Whatever it made of that: with more memory it might have been something else.
    note_memory(*worker);
    retire(std::move(worker));
    return {Failure::Kind::kRefusedMemory, {}};
  }
  bool understood = false;
  try {
    understood = understand(*worker, reply);
  } catch (const std::bad_alloc&) {
    retire(std::move(worker));
    throw;
  } catch (const std::exception&) {
  }
  if (!understood) return lose(std::move(worker), Failure::Kind::kNonsense);
  give_back(std::move(worker));
  return {};
}

template <class Understand>
WorkerPool::Failure WorkerPool::ask(const WorkerRequest& request, Understand&& understand) {
  Failure failure = ask_once(take(request.document), request, understand);
  for (int tries = 1; failure.may_be_tried_again(); ++tries) {
    if (must_stop()) return {Failure::Kind::kStopped, {}};
    const bool killed = failure.killed_from_outside();
    if (tries >= (killed ? kTriesWhenKilled : kTries)) break;
    if (killed) std::this_thread::sleep_for(kPauseAfterKill);
    failure = ask_once(start(), request, understand);
  }
  return failure;
}

io::Error WorkerPool::as_error(const Failure& failure, const char* what) const {
  switch (failure.kind) {
    case Failure::Kind::kLate:
      return {io::ErrorCode::kTimeout, std::string(what) + " took longer than " +
                                           seconds_text(workers_.timeout_s) +
                                           ": look at it, or raise --timeout"};
    case Failure::Kind::kRefusedMemory:
      return {io::ErrorCode::kOutOfMemory,
              std::string(what) + " takes more than " + std::to_string(workers_.memory_bytes >> 20) +
                  " MiB of memory: raise --worker-memory, or lower --dpi or --max-megapixels"};
    case Failure::Kind::kStopped:
      return {io::ErrorCode::kInternal, std::string(what) + " was given up: the run was stopped"};
    default:
      break;
  }
  const std::string how =
      failure.kind == Failure::Kind::kNonsense ? "an answer without sense" : failure.end.text();
  const char* remedy = failure.killed_from_outside()
                           ? "the machine may be short of memory (lower --jobs); run again"
                           : "look at it, and report it if it looks ordinary";
  return {io::ErrorCode::kCrashed, std::string(what) +
                                       " ended the process that did it, and again when it was "
                                       "tried once more (" +
                                       how + "): " + remedy};
}

ReadPage WorkerPool::read(const WorkerRequest& request) {
  SentPage sent;
  const Failure failure = ask(request, [&](WorkerProcess& worker, const std::string& reply) {
    sent = {};
    decode(reply, sent);
    if (!makes_sense(sent, options_.lines, worker.pixels().pixel_bytes())) return false;
    if (!sent.page.error) worker.pixels().copy_to(sent);
    return true;
  });
  if (failure) {
    sent.page = {};
    sent.page.error = as_error(failure, "reading the page");
    sent.page.given_up = failure.kind == Failure::Kind::kStopped;
  }
  return std::move(sent.page);
}

io::Result<int> WorkerPool::page_count(const WorkerRequest& request) {
  io::Result<int> count = 0;
  const Failure failure = ask(request, [&](WorkerProcess&, const std::string& reply) {
    decode(reply, count);
    return makes_sense(count);
  });
  if (failure) return as_error(failure, "opening the document");
  return count;
}

io::Result<io::PageSize> WorkerPool::page_size(const WorkerRequest& request) {
  io::Result<io::PageSize> size = io::PageSize{};
  const Failure failure = ask(request, [&](WorkerProcess&, const std::string& reply) {
    decode(reply, size);
    return makes_sense(size);
  });
  if (failure) return as_error(failure, "looking at the page");
  return size;
}

WorkerStatistics WorkerPool::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace ocrbatch::pipeline
