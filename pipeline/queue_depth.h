// How many pages stand in a queue: now, at most, and on average over time.
//
// A long queue before a stage says that this stage is what the run waits for.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace ocrbatch::pipeline {

// Thread-safe.
class QueueDepth {
 public:
  void enter() { change(+1); }
  void leave() { change(-1); }

  std::int64_t now() const {
    const std::lock_guard lock(mutex_);
    return depth_;
  }
  std::int64_t peak() const {
    const std::lock_guard lock(mutex_);
    return peak_;
  }
  // Over the time since the first page came; 0 before.
  double mean() const {
    const std::lock_guard lock(mutex_);
    const Clock::time_point at = Clock::now();
    const double seconds = begun_ ? since(first_, at) : 0;
    return seconds > 0 ? (page_seconds_ + static_cast<double>(depth_) * since(last_, at)) / seconds : 0;
  }

 private:
  using Clock = std::chrono::steady_clock;

  static double since(Clock::time_point start, Clock::time_point end) {
    return std::chrono::duration<double>(end - start).count();
  }
  void change(int by) {
    const std::lock_guard lock(mutex_);
    const Clock::time_point at = Clock::now();
    if (begun_)
      page_seconds_ += static_cast<double>(depth_) * since(last_, at);
    else
      first_ = at;
    begun_ = true;
    last_ = at;
    depth_ += by;
    peak_ = std::max(peak_, depth_);
  }

  mutable std::mutex mutex_;
  std::int64_t depth_ = 0, peak_ = 0;
  double page_seconds_ = 0;  // up to last_
  bool begun_ = false;
  Clock::time_point first_, last_;
};

// The queues of a run, in pages.
struct PageQueues {
  QueueDepth read;       // wait for a thread (and a worker) that reads them
  QueueDepth recognize;  // have lines that wait for a batch, or are in one
  QueueDepth write;      // done, but a page before them is not

  struct Named {
    const char* name;
    const QueueDepth& queue;
  };
  std::array<Named, 3> named() const {
    return {{{"read", read}, {"recognize", recognize}, {"write", write}}};
  }
};

}  // namespace ocrbatch::pipeline
