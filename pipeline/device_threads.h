// Threads that wait for devices, so that those of the graph need not.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ocrbatch::pipeline {

// Each device has a thread for each piece of work that may be under way on it at once.
class DeviceThreads {
 public:
  using Work = std::function<void(std::size_t device)>;  // must not throw

  DeviceThreads(std::size_t devices, std::size_t threads_a_device);
  ~DeviceThreads();  // when all that was given is done
  DeviceThreads(const DeviceThreads&) = delete;
  DeviceThreads& operator=(const DeviceThreads&) = delete;

  // Returns at once. Work begins in the order in which it was given, on a device that has the least to do.
  // Thread-safe.
  void give(Work work);

 private:
  void run(std::size_t device);
  bool is_next(std::size_t device) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::vector<std::size_t> under_way_;  // by device
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ocrbatch::pipeline
