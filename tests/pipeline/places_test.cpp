#include "pipeline/places.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

namespace ocrbatch::pipeline {
namespace {

// In each round every thread takes a place once: a thread that sleeps on would hold up the round.
TEST(Places, AreTakenByAllButNotByMoreAtOnceThanThereAre) {
  for (const int count : {1, 2, 3}) {
    constexpr int kThreads = 5, kRounds = 300;
    Places places(count);
    std::atomic<int> inside = 0, most = 0;
    std::barrier round(kThreads);
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
          for (int k = 0; k < kRounds; ++k) {
            places.take();
            const int now = ++inside;
            for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
            }
            std::this_thread::yield();
            --inside;
            places.give_back();
            round.arrive_and_wait();
          }
        });
    }
    EXPECT_EQ(inside, 0);
    EXPECT_LE(most, count);
  }
}

}  // namespace
}  // namespace ocrbatch::pipeline
