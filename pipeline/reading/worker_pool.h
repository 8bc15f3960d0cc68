// The workers of a run: lent to one question at a time, replaced when they have grown old, and asked again,
// in a fresh one, when one ends over a question.
#pragma once

#include <signal.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "pipeline/object_pool.h"
#include "pipeline/reading/worker_process.h"

namespace ocrbatch::pipeline {

class WorkerPool {
 public:
  // `stop` may be null, see read_in_workers.
  WorkerPool(const PageReadingOptions& options, const WorkerOptions& workers, const std::atomic<bool>* stop);

  // Thread-safe; each may throw WorkerError.
  ReadPage read(const WorkerRequest& request);
  io::Result<int> page_count(const WorkerRequest& request);
  io::Result<io::PageSize> page_size(const WorkerRequest& request);

  WorkerStatistics statistics() const;

 private:
  using Worker = std::unique_ptr<WorkerProcess>;

  // Why a question was not answered, when the answer is not an answer.
  struct Failure {
    enum class Kind { kNone, kLate, kStopped, kRefusedMemory, kEnded, kNonsense } kind = Kind::kNone;
    WorkerEnd end;
    explicit operator bool() const { return kind != Kind::kNone; }
    bool may_be_tried_again() const {
      return kind == Kind::kRefusedMemory || kind == Kind::kEnded || kind == Kind::kNonsense;
    }
    bool killed_from_outside() const { return kind == Kind::kEnded && end.signal == SIGKILL; }
  };

  // Again when that may help. `understand(worker, reply)` takes the reply apart; false, or an exception, when
  // it makes no sense.
  template <class Understand>
  Failure ask(const WorkerRequest& request, Understand&& understand);
  template <class Understand>
  Failure ask_once(Worker worker, WorkerRequest request, Understand&& understand);

  Worker take(const std::string& document);
  Worker start();
  void give_back(Worker worker);
  Failure lose(Worker worker, Failure::Kind kind);
  void retire(Worker worker);
  bool must_stop() const { return stop_ != nullptr && *stop_; }
  WorkerProcess::Memory note_memory(const WorkerProcess& worker);
  io::Error as_error(const Failure& failure, const char* what) const;

  const PageReadingOptions options_;
  const WorkerOptions workers_;
  const std::atomic<bool>* const stop_;
  ObjectPool<WorkerProcess> idle_;

  mutable std::mutex mutex_;
  WorkerStatistics statistics_;
  std::map<const WorkerProcess*, std::uint64_t> peaks_;  // of those that live, in bytes
};

}  // namespace ocrbatch::pipeline
