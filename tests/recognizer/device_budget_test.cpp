#include "recognizer/device_budget.h"

#include <gtest/gtest.h>

#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

namespace ocrbatch::recognizer {
namespace {

constexpr std::int64_t kLinePx = 100;

// So many lines have room at the same time.
class Memory {
 public:
  explicit Memory(std::size_t lines) : free_(lines) {}

  void read(std::span<const int> lines) {
    allocate(lines.size());
    std::this_thread::yield();
    const std::lock_guard lock(mutex_);
    read_.insert(read_.end(), lines.begin(), lines.end());
    free_ += lines.size();
  }

  std::vector<int> read() const { return read_; }

 private:
  void allocate(std::size_t lines) {
    const std::lock_guard lock(mutex_);
    TORCH_CHECK_WITH(OutOfMemoryError, lines <= free_, "out of memory");
    free_ -= lines;
  }

  std::mutex mutex_;
  std::size_t free_;
  std::vector<int> read_;
};

std::vector<int> numbered(int count, int first = 0) {
  std::vector<int> lines(static_cast<std::size_t>(count));
  std::iota(lines.begin(), lines.end(), first);
  return lines;
}

std::vector<std::size_t> parts(DeviceBudget& budget, Memory& memory, const std::vector<int>& lines) {
  std::vector<std::size_t> sizes;
  budget.in_parts(std::span(lines), kLinePx, [&](std::span<const int> part) {
    sizes.push_back(part.size());
    memory.read(part);
  });
  return sizes;
}

using Sizes = std::vector<std::size_t>;

TEST(DeviceBudget, ReadsInPartsThatItHolds) {
  DeviceBudget budget(10 * kLinePx + 99);
  Memory memory(100);
  EXPECT_EQ(parts(budget, memory, numbered(25)), (Sizes{10, 10, 5}));
  EXPECT_EQ(memory.read(), numbered(25));
  EXPECT_TRUE(parts(budget, memory, {}).empty());
}

TEST(DeviceBudget, HalvesWhatHasNoRoomAndRemembers) {
  DeviceBudget budget(16 * kLinePx);
  Memory memory(5);
  EXPECT_EQ(parts(budget, memory, numbered(20)), (Sizes{16, 8, 4, 4, 4, 4, 4}));
  EXPECT_EQ(memory.read(), numbered(20)) << "each line once, in order";
  EXPECT_EQ(budget.pixels(), 4 * kLinePx);
  EXPECT_EQ(parts(budget, memory, numbered(6)), (Sizes{4, 2}));
}

// The batch is smaller than the budget, so it is the batch that is halved.
TEST(DeviceBudget, HalvesABatchThatIsNotFull) {
  DeviceBudget budget(1000 * kLinePx);
  Memory memory(5);
  EXPECT_EQ(parts(budget, memory, numbered(8)), (Sizes{8, 4, 4}));
  EXPECT_EQ(budget.pixels(), 4 * kLinePx);
}

TEST(DeviceBudget, GivesUpOnlyALineThatHasNoRoomByItself) {
  DeviceBudget budget(8 * kLinePx);
  Memory full(0);
  EXPECT_THROW(parts(budget, full, numbered(8)), c10::OutOfMemoryError);
  EXPECT_TRUE(full.read().empty());
  Memory memory(1);
  EXPECT_EQ(parts(budget, memory, numbered(3)), (Sizes{1, 1, 1})) << "it goes on with the others";
}

TEST(DeviceBudget, OtherErrorsAreNotItsOwn) {
  DeviceBudget budget(8 * kLinePx);
  const std::vector<int> lines = numbered(8);
  EXPECT_THROW(budget.in_parts(std::span(lines), kLinePx,
                               [](std::span<const int>) { throw std::domain_error("bug"); }),
               std::domain_error);
  EXPECT_EQ(budget.pixels(), 8 * kLinePx);
}

// A line has room as long as it is by itself: what other batches hold must not cost it.
TEST(DeviceBudget, BatchesThatCompeteForMemoryAllGetThrough) {
  for (int round = 0; round < 20; ++round) {
    DeviceBudget budget(64 * kLinePx);
    Memory memory(1 + static_cast<std::size_t>(round) % 5);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i) parts(budget, memory, numbered(20, (t * 10 + i) * 20));
      });
    for (std::thread& thread : threads) thread.join();
    std::vector<int> read = memory.read();
    std::ranges::sort(read);
    EXPECT_EQ(read, numbered(800));
  }
}

}  // namespace
}  // namespace ocrbatch::recognizer
