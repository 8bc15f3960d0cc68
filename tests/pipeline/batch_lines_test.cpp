#include "pipeline/stages/batch.h"

#include <gtest/gtest.h>

#include "tests/support/checksum_recognizer.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::Test;

class BatchLinesTest : public Test {
 protected:
  PagePtr page(const std::vector<int>& widths) {
    auto page = std::make_shared<PageMessage>();
    for (const int width : widths) {
      LineMessage& line = page->lines.emplace_back();
      if (width == 0) continue;  // a line that could not be cut
      line.prepared.pixels = cv::Mat(16, width, CV_8UC1);
      line.bucket = recognizer.width_bucket(width);
      ++page->lines_to_recognize;
    }
    return page;
  }

  static std::vector<std::size_t> sizes(const std::vector<BatchPtr>& batches) {
    std::vector<std::size_t> result;
    for (const BatchPtr& batch : batches) result.push_back(batch->lines.size());
    return result;
  }

  using Sizes = std::vector<std::size_t>;
  testing::ChecksumRecognizer recognizer;  // 8 lines a batch, buckets of 128 columns
};

TEST_F(BatchLinesTest, FillsABatchFromSeveralPages) {
  BatchLines batcher(recognizer, 2);
  batcher.page_fed();
  batcher.page_fed();
  EXPECT_TRUE(batcher.add_page(page({50, 50, 50, 50, 50})).empty());
  const auto ready = batcher.add_page(page({50, 50, 50, 50, 50}));
  ASSERT_EQ(sizes(ready), Sizes{8});
  EXPECT_NE(ready[0]->lines.front().page, ready[0]->lines.back().page);
}

TEST_F(BatchLinesTest, KeepsWidthBucketsApart) {
  BatchLines batcher(recognizer, 2);
  batcher.page_fed();
  const auto ready =
      batcher.add_page(page({50, 300, 50, 300, 50, 300, 50, 300, 50, 300, 50, 300, 50, 300, 50}));
  ASSERT_EQ(sizes(ready), Sizes{8});
  for (const LineRef& line : ready[0]->lines) EXPECT_EQ(line.line().prepared.pixels.cols, 50);
}

TEST_F(BatchLinesTest, KeepsLeftOversWhileTheFeederCanAddMore) {
  BatchLines batcher(recognizer, 2);
  batcher.page_fed();
  EXPECT_TRUE(batcher.add_page(page({50, 50, 50})).empty());
  EXPECT_TRUE(batcher.feeder_changed().empty());
}

TEST_F(BatchLinesTest, KeepsLeftOversWhileEveryCoreHasAPageOrABatch) {
  BatchLines batcher(recognizer, 2);
  for (int i = 0; i < 4; ++i) batcher.page_fed();
  batcher.set_feeder_idle(true);
  EXPECT_TRUE(batcher.add_page(page({50, 50, 50})).empty()) << "three pages are on their way";
  EXPECT_TRUE(batcher.add_page(page({50, 50, 50})).empty()) << "two pages are on their way";
  EXPECT_EQ(sizes(batcher.add_page(page({}))), Sizes{4}) << "one page for two cores";
  EXPECT_TRUE(batcher.add_page(page({50})).size() == 1) << "the last page has arrived";
}

TEST_F(BatchLinesTest, LetsLeftOversGoWhenTheFeederHasNothingToAdd) {
  BatchLines batcher(recognizer, 2);
  batcher.page_fed();
  ASSERT_TRUE(batcher.add_page(page({50, 50, 50, 300})).empty());
  batcher.set_feeder_idle(true);
  EXPECT_EQ(sizes(batcher.feeder_changed()), (Sizes{3, 1}));
}

TEST_F(BatchLinesTest, SharesLeftOversOutAmongTheCores) {
  recognizer.lines_a_batch = 100;
  BatchLines batcher(recognizer, 3);
  batcher.page_fed();
  ASSERT_TRUE(batcher.add_page(page(std::vector<int>(60, 50))).empty());
  batcher.set_feeder_idle(true);
  EXPECT_EQ(sizes(batcher.feeder_changed()), (Sizes{20, 14, 9}));
  EXPECT_EQ(sizes(batcher.batch_done()), Sizes{6});
  EXPECT_EQ(sizes(batcher.batch_done()), Sizes{4});
  EXPECT_EQ(sizes(batcher.batch_done()), Sizes{4});
  EXPECT_EQ(sizes(batcher.batch_done()), Sizes{3});
  EXPECT_TRUE(batcher.batch_done().empty());
}

// Batches on a device keep no core from reading, and what comes together meanwhile makes a larger one.
TEST_F(BatchLinesTest, LeavesToDevicesWhatTheyTakeAtOnce) {
  recognizer.device_count = 1;
  recognizer.lines_a_batch = 100;
  BatchLines batcher(recognizer, 3);
  for (int i = 0; i < 9; ++i) batcher.page_fed();
  batcher.set_feeder_idle(true);
  for (int i = 0; i < 6; ++i)
    EXPECT_TRUE(batcher.add_page(page({50})).empty()) << "every core has a page to read";
  EXPECT_EQ(sizes(batcher.add_page(page(std::vector<int>(50, 50)))), Sizes{56}) << "in one piece";
  EXPECT_EQ(sizes(batcher.add_page(page({50, 50}))), Sizes{2}) << "the second place is free";
  EXPECT_TRUE(batcher.add_page(page({50, 50, 50})).empty()) << "two batches are under way";
  EXPECT_EQ(sizes(batcher.batch_done()), Sizes{3});
  EXPECT_TRUE(batcher.batch_done().empty());
}

TEST_F(BatchLinesTest, EveryDeviceHasItsPlaces) {
  recognizer.device_count = 2;
  recognizer.lines_a_batch = 100;
  BatchLines batcher(recognizer, 1);
  batcher.page_fed();
  ASSERT_TRUE(batcher.add_page(page({50, 200, 300, 400, 600})).empty());
  batcher.set_feeder_idle(true);
  EXPECT_EQ(batcher.feeder_changed().size(), 2U * recognizer::kBatchesADevice);
  EXPECT_EQ(sizes(batcher.batch_done()), Sizes{1});
}

TEST_F(BatchLinesTest, AFullBatchDoesNotWaitForADevice) {
  recognizer.device_count = 1;
  BatchLines batcher(recognizer, 1);
  batcher.page_fed();
  EXPECT_EQ(sizes(batcher.add_page(page(std::vector<int>(27, 50)))), (Sizes{8, 8, 8}));
}

TEST_F(BatchLinesTest, DoesNotKeepARareWidthWaitingForEver) {
  for (const auto& [devices, pages] : {std::pair{0, 16}, {1, 64}}) {
    recognizer.device_count = devices;
    BatchLines batcher(recognizer, 1);
    for (int i = 0; i < 200; ++i) batcher.page_fed();
    ASSERT_TRUE(batcher.add_page(page({2000})).empty());
    int later_pages = 0;
    std::vector<BatchPtr> ready;
    while (ready.empty() && later_pages < 100) {
      ++later_pages;
      ready = batcher.add_page(page({}));
    }
    EXPECT_EQ(sizes(ready), Sizes{1});
    EXPECT_EQ(later_pages, pages) << devices << " devices";
  }
}

TEST_F(BatchLinesTest, LeavesLinesWithoutPixelsOut) {
  BatchLines batcher(recognizer, 1);
  batcher.page_fed();
  batcher.set_feeder_idle(true);
  const auto ready = batcher.add_page(page({0, 50, 0}));
  ASSERT_EQ(sizes(ready), Sizes{1});
  EXPECT_EQ(ready[0]->lines[0].index, 1U);
}

}  // namespace
}  // namespace ocrbatch::pipeline
