// Bounds what is in flight between the feeder and the writer: bytes of decoded pages, and pages.
//
// Only the feeder waits here. Stages shrink and release what a page holds and never wait, so no worker thread
// can be stuck behind the budget.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace ocrbatch::pipeline {

class MemoryBudget;

// What one page holds of the budget: one place among the pages in flight, and bytes. Given back by release()
// or the destructor.
class MemoryLease {
 public:
  MemoryLease() = default;
  MemoryLease(const MemoryLease&) = delete;
  MemoryLease& operator=(const MemoryLease&) = delete;
  ~MemoryLease() { release(); }

  // Corrects an estimate by what is really held. Growing never waits: the memory is already in use.
  // Thread-safe.
  void resize(std::uint64_t bytes);
  void shrink_by(std::uint64_t bytes);
  void release();

 private:
  friend class MemoryBudget;
  MemoryBudget* budget_ = nullptr;  // null: holds nothing
  std::uint64_t bytes_ = 0;         // guarded by the budget's mutex
};

class MemoryBudget {
 public:
  MemoryBudget(std::uint64_t limit_bytes, std::uint64_t limit_pages)
      : limit_bytes_(limit_bytes), limit_pages_(limit_pages) {}

  // Waits until a page of `bytes` fits, or until nothing else is in flight: a page larger than the whole
  // budget runs alone. Calls `on_wait` once, before the first wait. `give_up` is asked before and every 50 ms
  // while waiting (a signal handler cannot notify); when it says yes, nothing is taken and the result is
  // false.
  bool acquire(std::uint64_t bytes, const std::function<void()>& on_wait,
               const std::function<bool()>& give_up, MemoryLease& lease);

  std::uint64_t bytes_in_flight() const;
  std::uint64_t peak_bytes() const;

 private:
  friend class MemoryLease;
  bool fits(std::uint64_t bytes) const;
  void set_bytes(MemoryLease& lease, std::uint64_t bytes);

  const std::uint64_t limit_bytes_, limit_pages_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t bytes_ = 0, pages_ = 0, peak_bytes_ = 0;
};

}  // namespace ocrbatch::pipeline
