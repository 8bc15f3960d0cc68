#include "pipeline/device_threads.h"

#include <algorithm>

namespace ocrbatch::pipeline {

DeviceThreads::DeviceThreads(std::size_t devices, std::size_t threads_a_device) : under_way_(devices) {
  for (std::size_t device = 0; device < devices; ++device)
    for (std::size_t i = 0; i < threads_a_device; ++i) threads_.emplace_back([this, device] { run(device); });
}

DeviceThreads::~DeviceThreads() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void DeviceThreads::give(Work work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  // All, as only the threads of some devices may take it.
  changed_.notify_all();
}

// A device with less under way has a thread that waits, and takes precedence.
bool DeviceThreads::is_next(std::size_t device) const {
  return !waiting_.empty() && under_way_[device] == *std::ranges::min_element(under_way_);
}

void DeviceThreads::run(std::size_t device) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return is_next(device) || (closing_ && waiting_.empty()); });
    if (waiting_.empty()) return;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    ++under_way_[device];
    lock.unlock();
    changed_.notify_all();
    work(device);
    work = nullptr;  // what it holds is not kept while this thread waits
    lock.lock();
    --under_way_[device];
    changed_.notify_all();
  }
}

}  // namespace ocrbatch::pipeline
