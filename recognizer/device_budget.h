// How much of a batch a device has memory for, learnt from what it refuses.
#pragma once

#include <c10/util/Exception.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <span>

namespace ocrbatch::recognizer {

class DeviceBudget {
 public:
  explicit DeviceBudget(std::int64_t pixels) : pixels_(pixels) {}

  std::int64_t pixels() const { return pixels_; }

  // Calls read(part) for the lines in parts that the budget holds, in their order; a line takes `line_px`
  // pixels, padding included. When the device has no memory for a part, halves the budget for good and goes
  // on, without other batches on the device, whose memory may be what is missing. Throws
  // c10::OutOfMemoryError only when a line by itself has no room. Thread-safe.
  template <class Line, class Read>
  void in_parts(std::span<const Line> lines, std::int64_t line_px, Read&& read) {
    std::unique_lock alone(device_, std::defer_lock);
    while (!lines.empty()) {
      const auto fitting = static_cast<std::size_t>(std::max<std::int64_t>(1, pixels_ / line_px));
      const std::span<const Line> part = lines.first(std::min(lines.size(), fitting));
      try {
        std::shared_lock beside_others(device_, std::defer_lock);
        if (!alone) beside_others.lock();
        read(part);
        lines = lines.subspan(part.size());
        continue;
      } catch (const c10::OutOfMemoryError&) {
        if (part.size() == 1 && alone) throw;
        if (part.size() > 1) shrink_to(static_cast<std::int64_t>(part.size()) * line_px / 2);
      }
      if (!alone) alone.lock();
    }
  }

 private:
  // Two batches that fail together halve the budget once.
  void shrink_to(std::int64_t pixels) {
    std::int64_t now = pixels_;
    while (pixels < now && !pixels_.compare_exchange_weak(now, pixels)) {
    }
  }

  std::atomic<std::int64_t> pixels_;
  std::shared_mutex device_;  // shared by batches; exclusive: no other batch is under way
};

}  // namespace ocrbatch::recognizer
