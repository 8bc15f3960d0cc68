#include "pipeline/queue_depth.h"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

namespace ocrbatch::pipeline {
namespace {

using namespace std::chrono_literals;

TEST(QueueDepth, KnowsItsPresentAndItsLargestLength) {
  QueueDepth queue;
  EXPECT_EQ(queue.mean(), 0);
  queue.enter();
  queue.enter();
  queue.leave();
  queue.enter();
  EXPECT_EQ(queue.now(), 2);
  queue.leave();
  queue.leave();
  EXPECT_EQ(queue.now(), 0);
  EXPECT_EQ(queue.peak(), 2);
}

TEST(QueueDepth, ItsMeanIsOverTimeSinceTheFirstPage) {
  QueueDepth queue;
  std::this_thread::sleep_for(20ms);  // does not count
  queue.enter();
  queue.enter();
  queue.enter();
  std::this_thread::sleep_for(10ms);
  EXPECT_NEAR(queue.mean(), 3, 0.1);  // they came one after the other
  queue.leave();
  queue.leave();
  std::this_thread::sleep_for(10ms);
  EXPECT_GT(queue.mean(), 1);
  EXPECT_LT(queue.mean(), 3);
}

TEST(QueueDepth, CountsWhatManyThreadsDo) {
  QueueDepth queue;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        queue.enter();
        queue.leave();
      }
      queue.enter();
    });
  threads.clear();
  EXPECT_EQ(queue.now(), 4);
  EXPECT_GE(queue.peak(), 4);
  EXPECT_LE(queue.peak(), 8);
}

}  // namespace
}  // namespace ocrbatch::pipeline
