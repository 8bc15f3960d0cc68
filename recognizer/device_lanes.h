// What one batch at a time has of a device: a stream, so that batches of several threads are copied and
// computed beside each other, and what was recorded on it.
#pragma once

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "recognizer/recorded_forward.h"

namespace ocrbatch::recognizer {

struct DeviceLane {
  explicit DeviceLane(c10::Device device)
      : stream(c10::impl::VirtualGuardImpl(device.type()).getNewStream(device)) {}

  const c10::Stream stream;
  std::map<int, RecordedForward> recorded;  // by columns
};

// At most `most` lanes, made when they are first needed. Thread-safe.
class DeviceLanes {
 public:
  DeviceLanes(c10::Device device, int most) : device_(device), not_made_(most) {}

  // While it lives, what this thread gives the device goes to the lane's stream, and nobody else uses the
  // lane. Waits for a lane that is free.
  class Use {
   public:
    explicit Use(DeviceLanes& lanes) : lanes_(lanes), lane_(lanes.take()), guard_(lane_->stream) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() { lanes_.give_back(std::move(lane_)); }

    DeviceLane& operator*() const { return *lane_; }
    DeviceLane* operator->() const { return lane_.get(); }

   private:
    DeviceLanes& lanes_;
    std::unique_ptr<DeviceLane> lane_;
    const c10::StreamGuard guard_;
  };

 private:
  std::unique_ptr<DeviceLane> take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !idle_.empty() || not_made_ > 0; });
    if (idle_.empty()) {
      --not_made_;
      return std::make_unique<DeviceLane>(device_);
    }
    std::unique_ptr<DeviceLane> lane = std::move(idle_.back());
    idle_.pop_back();
    return lane;
  }
  void give_back(std::unique_ptr<DeviceLane> lane) {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(lane));
    }
    returned_.notify_one();
  }

  const c10::Device device_;
  std::mutex mutex_;
  std::condition_variable returned_;
  int not_made_;
  std::vector<std::unique_ptr<DeviceLane>> idle_;
};

}  // namespace ocrbatch::recognizer
