#include "pipeline/stages/recognize.h"

#include <gtest/gtest.h>

#include "tests/support/checksum_recognizer.h"

namespace ocrbatch::pipeline {
namespace {

using testing::ChecksumRecognizer;

PagePtr page_with_lines(int count, int shade) {
  auto page = std::make_shared<PageMessage>();
  page->lines.resize(static_cast<std::size_t>(count));
  for (LineMessage& line : page->lines) line.prepared.pixels = cv::Mat(16, 60, CV_8UC1, cv::Scalar(shade++));
  page->lines_to_recognize = page->lines.size();
  return page;
}

struct RecognizeBatchTest : ::testing::Test {
  ChecksumRecognizer recognizer;
  RunState state;
  ScanProgress progress;
  RecognizeBatch recognize{recognizer, state, progress};
};

TEST_F(RecognizeBatchTest, ReturnsAPageWithItsLastLineOnly) {
  const PagePtr first = page_with_lines(2, 0), second = page_with_lines(1, 100);
  LineBatch one{0, {{first, 0}, {second, 0}}}, two{0, {{first, 1}}};
  EXPECT_EQ(recognize(one, 0), std::vector<PagePtr>{second});
  EXPECT_EQ(recognize(two, 0), std::vector<PagePtr>{first});
  EXPECT_EQ(progress.lines_done, 3U);
}

TEST_F(RecognizeBatchTest, ALineThatIsRefusedDoesNotSpoilItsCompany) {
  recognizer.refuses = [](const cv::Mat& line) { return line.at<unsigned char>(0, 0) == 1; };
  const PagePtr bad = page_with_lines(2, 0), good = page_with_lines(2, 100);
  LineBatch batch{0, {{good, 0}, {bad, 0}, {bad, 1}, {good, 1}}};
  EXPECT_EQ(recognize(batch, 0).size(), 2U);
  ASSERT_TRUE(bad->lines[1].error);
  EXPECT_EQ(bad->lines[1].error->code, io::ErrorCode::kRecognizeFailed);
  EXPECT_EQ(bad->lines[1].error->message, "recognize: this line is refused");
  for (const LineMessage* line : {&bad->lines[0], &good->lines[0], &good->lines[1]}) {
    EXPECT_FALSE(line->error);
    EXPECT_FALSE(line->hypothesis.characters.empty());
  }
}

TEST_F(RecognizeBatchTest, NamesTheNumbersWhenResultsAreMissing) {
  struct Forgetful : ChecksumRecognizer {
    std::vector<recognizer::Hypothesis> recognize(std::span<const cv::Mat>) const override { return {}; }
  } forgetful;
  const RecognizeBatch stage(forgetful, state, progress);
  const PagePtr page = page_with_lines(1, 0);
  LineBatch batch{0, {{page, 0}}};
  EXPECT_EQ(stage(batch, 0).size(), 1U);
  ASSERT_TRUE(page->lines[0].error);
  EXPECT_EQ(page->lines[0].error->message, "recognize: the recognizer gave 0 results for 1 lines");
}

TEST_F(RecognizeBatchTest, DoesNoWorkForARunThatHasFailed) {
  state.fail(std::make_exception_ptr(std::runtime_error("disk full")));
  const PagePtr page = page_with_lines(2, 0);
  LineBatch batch{0, {{page, 0}, {page, 1}}};
  EXPECT_EQ(recognize(batch, 0), std::vector<PagePtr>{page}) << "the page still has to leave";
  EXPECT_TRUE(recognizer.batches().empty());
}

TEST_F(RecognizeBatchTest, AsksTheDeviceItIsTold) {
  struct OnDevices : ChecksumRecognizer {
    mutable std::vector<std::size_t> asked;
    std::vector<recognizer::Hypothesis> recognize_on(std::size_t device, std::span<const cv::Mat> lines,
                                                     recognizer::DeviceClock* busy) const override {
      asked.push_back(device);
      const recognizer::DeviceClock::Batch under_way(*busy);
      return recognize(lines);
    }
  } on_devices;
  RunState two_devices(2);
  const RecognizeBatch stage(on_devices, two_devices, progress);
  const PagePtr page = page_with_lines(2, 0);
  LineBatch first{0, {{page, 0}}}, second{0, {{page, 1}}};
  stage(first, 1);
  EXPECT_EQ(two_devices.devices[0].seconds(), 0);
  EXPECT_GT(two_devices.devices[1].seconds(), 0);
  stage(second, 0);
  EXPECT_EQ(on_devices.asked, (std::vector<std::size_t>{1, 0}));
}

TEST_F(RecognizeBatchTest, ADeviceThatHasFailedEndsTheRun) {
  struct Broken : ChecksumRecognizer {
    std::vector<recognizer::Hypothesis> recognize(std::span<const cv::Mat>) const override {
      throw recognizer::DeviceError("device \"cuda:0\" cannot be used: unspecified launch failure");
    }
  } broken;
  const RecognizeBatch stage(broken, state, progress);
  const PagePtr page = page_with_lines(2, 0);
  LineBatch batch{0, {{page, 0}, {page, 1}}};
  EXPECT_THROW(stage(batch, 0), recognizer::DeviceError);
  EXPECT_FALSE(page->lines[0].error);
}

}  // namespace
}  // namespace ocrbatch::pipeline
