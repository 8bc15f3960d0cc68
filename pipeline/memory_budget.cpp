#include "pipeline/memory_budget.h"

#include <algorithm>
#include <chrono>

namespace ocrbatch::pipeline {

using namespace std::chrono_literals;

void MemoryLease::resize(std::uint64_t bytes) {
  if (budget_ == nullptr) return;
  const std::lock_guard lock(budget_->mutex_);
  budget_->set_bytes(*this, bytes);
}

void MemoryLease::shrink_by(std::uint64_t bytes) {
  if (budget_ == nullptr) return;
  const std::lock_guard lock(budget_->mutex_);
  budget_->set_bytes(*this, bytes_ - std::min(bytes, bytes_));
}

void MemoryLease::release() {
  if (budget_ == nullptr) return;
  const std::lock_guard lock(budget_->mutex_);
  budget_->set_bytes(*this, 0);
  --budget_->pages_;
  // Notified under the lock: the feeder may destroy the budget as soon as it sees that nothing is in flight.
  budget_->changed_.notify_all();
  budget_ = nullptr;
}

bool MemoryBudget::fits(std::uint64_t bytes) const {
  if (pages_ == 0) return true;
  return pages_ < limit_pages_ && bytes_ <= limit_bytes_ && bytes <= limit_bytes_ - bytes_;
}

void MemoryBudget::set_bytes(MemoryLease& lease, std::uint64_t bytes) {
  const bool shrinks = bytes < lease.bytes_;
  bytes_ += bytes - lease.bytes_;  // unsigned: wraps and comes right when it shrinks
  lease.bytes_ = bytes;
  peak_bytes_ = std::max(peak_bytes_, bytes_);
  if (shrinks) changed_.notify_all();
}

bool MemoryBudget::acquire(std::uint64_t bytes, const std::function<void()>& on_wait,
                           const std::function<bool()>& give_up, MemoryLease& lease) {
  if (give_up()) return false;
  std::unique_lock lock(mutex_);
  if (!fits(bytes)) {
    lock.unlock();
    on_wait();  // may run code that needs the budget
    lock.lock();
    while (!changed_.wait_for(lock, 50ms, [&] { return fits(bytes); }))
      if (give_up()) return false;
  }
  lease.budget_ = this;
  ++pages_;
  set_bytes(lease, bytes);
  return true;
}

std::uint64_t MemoryBudget::bytes_in_flight() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::uint64_t MemoryBudget::peak_bytes() const {
  const std::lock_guard lock(mutex_);
  return peak_bytes_;
}

}  // namespace ocrbatch::pipeline
