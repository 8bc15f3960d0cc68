#include "pipeline/device_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>

namespace ocrbatch::pipeline {
namespace {

TEST(DeviceThreads, DoesEachPieceOfWorkOnceBeforeItEnds) {
  for (const std::size_t devices : {1, 3}) {
    std::vector<std::atomic<int>> done(500);
    std::atomic<int> strange_devices = 0;
    {
      DeviceThreads threads(devices, 2);
      for (auto& one : done)
        threads.give([&](std::size_t device) {
          if (device >= devices) ++strange_devices;
          ++one;
        });
    }
    for (const auto& one : done) EXPECT_EQ(one, 1);
    EXPECT_EQ(strange_devices, 0);
  }
}

TEST(DeviceThreads, BeginsInTheOrderOfGiving) {
  std::vector<int> begun;
  {
    DeviceThreads threads(1, 1);
    for (int i = 0; i < 100; ++i) threads.give([&begun, i](std::size_t) { begun.push_back(i); });
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(begun.at(static_cast<std::size_t>(i)), i);
}

// Two batches go to two devices, not to both threads of one.
TEST(DeviceThreads, GivesWorkToADeviceThatHasTheLeast) {
  for (int round = 0; round < 50; ++round) {
    std::vector<std::promise<std::size_t>> begun(4);
    std::promise<void> may_end;
    const std::shared_future<void> end = may_end.get_future().share();
    DeviceThreads threads(2, 2);
    std::multiset<std::size_t> devices;
    for (auto& promise : begun)
      threads.give([&promise, end](std::size_t device) {
        promise.set_value(device);
        end.wait();
      });
    for (std::size_t i = 0; i < begun.size(); ++i) {
      devices.insert(begun[i].get_future().get());
      if (i == 1) {
        EXPECT_EQ(devices, (std::multiset<std::size_t>{0, 1}));
      }
    }
    EXPECT_EQ(devices, (std::multiset<std::size_t>{0, 0, 1, 1}));
    may_end.set_value();
  }
}

TEST(DeviceThreads, ABusyDeviceDoesNotHoldUpTheOthers) {
  std::promise<void> may_end, all;
  std::promise<std::size_t> stuck_on;
  std::atomic<int> done = 0;
  DeviceThreads threads(2, 1);
  threads.give([&](std::size_t device) {
    stuck_on.set_value(device);
    may_end.get_future().wait();
  });
  const std::size_t stuck = stuck_on.get_future().get();
  for (int i = 0; i < 20; ++i)
    threads.give([&](std::size_t device) {
      EXPECT_NE(device, stuck);
      if (++done == 20) all.set_value();
    });
  all.get_future().wait();
  may_end.set_value();
}

}  // namespace
}  // namespace ocrbatch::pipeline
