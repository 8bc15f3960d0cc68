#pragma once

#include <chrono>
#include <mutex>

namespace ocrbatch::recognizer {

// The time in which a device has work: at least one batch is under way on it. Thread-safe.
class DeviceClock {
 public:
  // Of the batches that have ended, and of those that are under way.
  double seconds() const {
    const std::lock_guard lock(mutex_);
    const Clock::duration now = under_way_ > 0 ? Clock::now() - begun_ : Clock::duration::zero();
    return std::chrono::duration<double>(busy_ + now).count();
  }

  // A batch, from its construction to its end.
  class Batch {
   public:
    explicit Batch(DeviceClock& clock) : clock_(clock) { clock_.begin(); }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch() { clock_.end(); }

   private:
    DeviceClock& clock_;
  };

 private:
  using Clock = std::chrono::steady_clock;

  void begin() {
    const std::lock_guard lock(mutex_);
    if (under_way_++ == 0) begun_ = Clock::now();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    if (--under_way_ == 0) busy_ += Clock::now() - begun_;
  }

  mutable std::mutex mutex_;
  int under_way_ = 0;
  Clock::time_point begun_;  // when the device last came out of idleness
  Clock::duration busy_ = Clock::duration::zero();
};

}  // namespace ocrbatch::recognizer
