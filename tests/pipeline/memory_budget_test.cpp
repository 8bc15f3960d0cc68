#include "pipeline/memory_budget.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace ocrbatch::pipeline {
namespace {

using namespace std::chrono_literals;

bool acquire(MemoryBudget& budget, std::uint64_t bytes, MemoryLease& lease) {
  return budget.acquire(
      bytes, [] {}, [] { return false; }, lease);
}

// Whether a page of that size has to wait.
bool must_wait(MemoryBudget& budget, std::uint64_t bytes) {
  bool waited = false;
  MemoryLease lease;
  budget.acquire(
      bytes, [&] { waited = true; }, [&] { return waited; }, lease);
  return waited;
}

TEST(MemoryBudget, AdmitsUpToTheLimitAndNoFurther) {
  MemoryBudget budget(100, 10);
  MemoryLease first, second;
  ASSERT_TRUE(acquire(budget, 60, first));
  ASSERT_TRUE(acquire(budget, 40, second));
  EXPECT_TRUE(must_wait(budget, 1));
  first.resize(50);
  EXPECT_FALSE(must_wait(budget, 10));
  EXPECT_TRUE(must_wait(budget, 11));
}

TEST(MemoryBudget, LetsAPageLargerThanTheWholeBudgetRunAlone) {
  MemoryBudget budget(100, 10);
  MemoryLease small, large;
  ASSERT_TRUE(acquire(budget, 1, small));
  EXPECT_TRUE(must_wait(budget, 1000));
  small.release();
  ASSERT_TRUE(acquire(budget, 1000, large));
  EXPECT_TRUE(must_wait(budget, 0));
  large.release();
  EXPECT_FALSE(must_wait(budget, 100));
}

TEST(MemoryBudget, BoundsThePagesToo) {
  MemoryBudget budget(100, 2);
  MemoryLease first, second;
  ASSERT_TRUE(acquire(budget, 1, first));
  ASSERT_TRUE(acquire(budget, 1, second));
  EXPECT_TRUE(must_wait(budget, 1));
  second.release();
  EXPECT_FALSE(must_wait(budget, 1));
}

TEST(MemoryBudget, CountsWhatAPageTurnsOutToHold) {
  MemoryBudget budget(100, 10);
  {
    MemoryLease lease;
    ASSERT_TRUE(acquire(budget, 40, lease));
    lease.resize(70);
    EXPECT_EQ(budget.bytes_in_flight(), 70U);
    lease.shrink_by(30);
    EXPECT_EQ(budget.bytes_in_flight(), 40U);
    lease.shrink_by(1000);
    EXPECT_EQ(budget.bytes_in_flight(), 0U);
    lease.resize(10);
  }
  EXPECT_EQ(budget.bytes_in_flight(), 0U) << "the destructor gives back the rest";
  EXPECT_EQ(budget.peak_bytes(), 70U);
}

TEST(MemoryBudget, WakesTheWaitingFeederWhenMemoryIsFreed) {
  MemoryBudget budget(100, 10);
  MemoryLease first, second;
  ASSERT_TRUE(acquire(budget, 100, first));
  std::thread stage([&] {
    std::this_thread::sleep_for(20ms);
    first.release();
  });
  EXPECT_TRUE(acquire(budget, 100, second));
  stage.join();
}

TEST(MemoryBudget, GivesUpWithoutTakingAnything) {
  MemoryBudget budget(100, 10);
  MemoryLease first, second;
  ASSERT_TRUE(acquire(budget, 100, first));
  std::atomic<bool> stop = false;
  std::thread signal([&] {
    std::this_thread::sleep_for(20ms);
    stop = true;
  });
  EXPECT_FALSE(budget.acquire(
      50, [] {}, [&] { return stop.load(); }, second));
  signal.join();
  EXPECT_EQ(budget.bytes_in_flight(), 100U);
}

}  // namespace
}  // namespace ocrbatch::pipeline
