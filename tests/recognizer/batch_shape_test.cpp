#include "recognizer/batch_shape.h"

#include <gtest/gtest.h>

namespace ocrbatch::recognizer {
namespace {

TEST(BatchShape, ABucketHoldsItsWidthsAndGrowsWithThem) {
  for (const BatchShape& shape : {kCpuBatches, kCudaBatches}) {
    int previous = 0;
    for (int width = 1; width <= 5000; ++width) {
      const int bucket = shape.bucket(width);
      EXPECT_GE(bucket, width);
      EXPECT_GE(bucket, previous);
      EXPECT_LT(bucket - width, width <= shape.fine_up_to_px ? shape.fine_step_px : shape.coarse_step_px);
      EXPECT_EQ(shape.bucket(bucket), bucket);
      previous = bucket;
    }
  }
}

TEST(BatchShape, LinesFillTheBudgetAndNeverExceedIt) {
  EXPECT_EQ(lines_within(80 << 10, 640, 32), 4);
  EXPECT_EQ(lines_within(80 << 10, 640, 64), 2);
  EXPECT_EQ(lines_within(80 << 10, 641, 64), 1);
  EXPECT_EQ(lines_within(80 << 10, 2560, 64), 1) << "a line that is larger than the budget goes alone";
  EXPECT_EQ(lines_within(4 << 20, 640, 32), 204);
  for (int width = 1; width <= 3000; ++width) {
    const int bucket = kCudaBatches.bucket(width);
    EXPECT_LE(static_cast<std::int64_t>(lines_within(kCudaBatches.budget_px, bucket, 32)) * bucket * 32,
              kCudaBatches.budget_px);
  }
}

}  // namespace
}  // namespace ocrbatch::recognizer
