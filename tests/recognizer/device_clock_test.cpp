// The time in which a device has work.
#include "recognizer/device_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace ocrbatch::recognizer {
namespace {

TEST(DeviceClock, CountsTimeOnceHoweverManyBatchesShareIt) {
  using namespace std::chrono_literals;
  DeviceClock clock;
  EXPECT_EQ(clock.seconds(), 0);
  const auto start = std::chrono::steady_clock::now();
  {
    const DeviceClock::Batch first(clock);
    const DeviceClock::Batch second(clock);
    std::this_thread::sleep_for(20ms);
    EXPECT_GE(clock.seconds(), 0.02) << "under way";
  }
  const double both = clock.seconds();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_GE(both, 0.02);
  EXPECT_LE(both, elapsed.count());
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(clock.seconds(), both) << "idle";
}

}  // namespace
}  // namespace ocrbatch::recognizer
