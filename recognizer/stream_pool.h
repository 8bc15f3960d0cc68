// Streams of a device, so that batches of several threads are copied and computed beside each other.
#pragma once

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <mutex>
#include <vector>

namespace ocrbatch::recognizer {

// As many streams as there were users at the same time: LibTorch keeps freed memory by stream. Thread-safe.
class StreamPool {
 public:
  explicit StreamPool(c10::Device device) : device_(device) {}

  // While it lives, what this thread gives the device goes to a stream that nobody else uses.
  class Use {
   public:
    explicit Use(StreamPool& pool) : pool_(pool), stream_(pool.take()), guard_(stream_) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() { pool_.give_back(stream_); }

   private:
    StreamPool& pool_;
    const c10::Stream stream_;
    const c10::StreamGuard guard_;
  };

 private:
  c10::Stream take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return c10::impl::VirtualGuardImpl(device_.type()).getNewStream(device_);
    const c10::Stream stream = idle_.back();
    idle_.pop_back();
    return stream;
  }
  void give_back(c10::Stream stream) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(stream);
  }

  const c10::Device device_;
  std::mutex mutex_;
  std::vector<c10::Stream> idle_;
};

}  // namespace ocrbatch::recognizer
