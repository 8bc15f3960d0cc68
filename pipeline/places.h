#pragma once

#include <condition_variable>
#include <mutex>

namespace ocrbatch::pipeline {

// So many may be at work at once; who comes when all places are taken waits for one.
//
// Not std::counting_semaphore: libstdc++'s can sleep while places are free (GCC bug 98033). It reads the
// count that it will sleep on before it tries to take a place; when that place is lost to another and given
// back in between, the count is the same again, and nobody is left to wake it.
class Places {
 public:
  explicit Places(int count) : free_(count) {}

  void take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return free_ > 0; });
    --free_;
  }

  void give_back() {
    {
      const std::lock_guard lock(mutex_);
      ++free_;
    }
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;  // guarded by mutex_
};

}  // namespace ocrbatch::pipeline
