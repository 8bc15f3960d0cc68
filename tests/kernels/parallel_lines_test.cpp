#include "kernels/parallel_lines.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace ocrbatch::kernels {
namespace {

class ParallelLinesTest : public testing::Test {
 protected:
  void TearDown() override { at::set_num_threads(threads_); }
  int threads_ = at::get_num_threads();
};

TEST_F(ParallelLinesTest, RunsEachLineOnce) {
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    for (const std::int64_t batch : {0, 1, 2, 7, 64}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(batch));
      parallel_lines(batch, [&](std::int64_t line) { ++runs[static_cast<std::size_t>(line)]; });
      for (const auto& count : runs) EXPECT_EQ(count, 1);
    }
  }
}

#ifndef OCRBATCH_LINES_ON_ONE_THREAD  // sanitizers' builds
// Two lines that wait for one another end only if both run at once.
TEST_F(ParallelLinesTest, RunsOnSeveralThreads) {
  at::set_num_threads(2);
  std::atomic<int> here = 0, met = 0;
  parallel_lines(2, [&](std::int64_t) {
    ++here;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (here < 2 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    if (here == 2) ++met;
  });
  EXPECT_EQ(met, 2);
}
#endif

TEST_F(ParallelLinesTest, HandsOnWhatALineThrows) {
  at::set_num_threads(2);
  const auto run = [](std::int64_t line) {
    if (line == 5) throw std::runtime_error("line 5");
  };
  EXPECT_THROW(parallel_lines(8, run), std::runtime_error);
}

}  // namespace
}  // namespace ocrbatch::kernels
