// What all stages of one run share: where time goes, and whether the run has to end early.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <vector>

namespace ocrbatch::pipeline {

// Adds up the busy time of all threads in one stage. Thread-safe.
class StageClock {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::nanoseconds(total_ns_)).count();
  }

  // Time that was measured elsewhere.
  void add_ms(double elapsed_ms) { total_ns_ += static_cast<std::int64_t>(1e6 * elapsed_ms); }

  // Counts from its construction to its end.
  class Busy {
   public:
    explicit Busy(StageClock& clock) : clock_(clock), start_(std::chrono::steady_clock::now()) {}
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    ~Busy() { clock_.total_ns_ += std::chrono::nanoseconds(elapsed()).count(); }
    double elapsed_ms() const { return std::chrono::duration<double, std::milli>(elapsed()).count(); }

   private:
    std::chrono::steady_clock::duration elapsed() const { return std::chrono::steady_clock::now() - start_; }
    StageClock& clock_;
    const std::chrono::steady_clock::time_point start_;
  };

 private:
  std::atomic<std::int64_t> total_ns_{0};
};

class RunState {
 public:
  explicit RunState(std::size_t device_count = 0) : devices(device_count) {}

  // look_ahead: the feeder's, which counts and measures pages before they are read.
  StageClock look_ahead, decode, layout, cut, recognize, write;
  std::vector<recognizer::DeviceClock> devices;

  // Ends the run: stages skip their work, the feeder stops, the pages in flight drain unread. Keeps the first
  // cause.
  void fail(std::exception_ptr cause) {
    const std::lock_guard lock(mutex_);
    if (!cause_) cause_ = std::move(cause);
    failed_ = true;
  }
  bool failed() const { return failed_; }
  void rethrow_if_failed() const {
    const std::lock_guard lock(mutex_);
    if (cause_) std::rethrow_exception(cause_);
  }

 private:
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;
  std::exception_ptr cause_;
};

}  // namespace ocrbatch::pipeline
