// Objects that are dear to make and must not be shared by two threads at once: lent to one borrower at a
// time.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace ocrbatch::pipeline {

// Holds idle objects; there are never more of them than there were borrowers at the same time. An object that
// is not given back (its user threw, so its state is in doubt) is gone, and the next borrower makes a new
// one.
template <class T>
class ObjectPool {
 public:
  // An idle object, or null: then the caller makes one. One that `fits` comes first, then the one that was
  // given back last.
  template <class Fits>
  std::unique_ptr<T> take(Fits&& fits) {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto chosen = std::ranges::find_if(idle_, [&](const auto& object) { return fits(*object); });
    if (chosen == idle_.end()) --chosen;
    auto object = std::move(*chosen);
    idle_.erase(chosen);
    return object;
  }

  void give_back(std::unique_ptr<T> object) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(object));
  }

  void clear() {
    std::vector<std::unique_ptr<T>> idle;  // declared before the lock: destroyed after it is released
    const std::lock_guard lock(mutex_);
    idle.swap(idle_);
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;
};

}  // namespace ocrbatch::pipeline
