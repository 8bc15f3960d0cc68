// Images of single lines and words: the decision to read one without its edges, and a whole run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "io/reader.h"
#include "io/writer.h"
#include "pipeline/scan.h"
#include "pipeline/stages/choose_view.h"
#include "tests/support/checksum_recognizer.h"
#include "tests/support/documents.h"
#include "tests/support/working_folder.h"

namespace ocrbatch::pipeline {
namespace {

using testing::ChecksumRecognizer;

class LineImageTest : public ::testing::Test {
 protected:
  LineImageTest() { page.layout.may_be_one_line = true; }
  PageWay look() { return ChooseView(Orientation::kOff, recognizer, progress)(page); }
  // What reading the image as it says gives.
  void read(float confidence, int characters = 4, std::size_t lines = 1) {
    page.lines.clear();
    page.lines.resize(lines);
    page.lines[0].columns = 60;
    for (int i = 0; i < characters; ++i)
      page.lines[0].hypothesis.characters.push_back({"a", 0, 1, confidence});
  }

  ChecksumRecognizer recognizer;
  ScanProgress progress;
  PageMessage page;
};

TEST_F(LineImageTest, IsReadWithoutItsEdgesWhereThatReadsBetter) {
  read(0.9F);
  ASSERT_EQ(look(), PageWay::kRead);
  EXPECT_TRUE(page.view.image.as_one_line);
  const double trim = page.view.image.trim;
  EXPECT_GT(trim, 0);
  read(0.97F, 3);
  EXPECT_EQ(look(), PageWay::kCollect) << "well enough";
  EXPECT_EQ(page.view.image.trim, trim);
  EXPECT_EQ(page.lines[0].hypothesis.characters.size(), 3U);
}

TEST_F(LineImageTest, IsReadAsOneLineWhereSeveralWereFound) {
  read(0.7F, 4, 2);
  ASSERT_EQ(look(), PageWay::kRead);
  EXPECT_TRUE(page.view.image.as_one_line);
  EXPECT_EQ(page.view.image.trim, 0) << "whole at first";
  read(0.96F, 6);
  EXPECT_EQ(look(), PageWay::kCollect);
  EXPECT_TRUE(page.view.image.as_one_line);
  EXPECT_EQ(page.lines.size(), 1U);
}

TEST_F(LineImageTest, StaysWholeWhereThatReadsNoWorse) {
  read(0.9F);
  for (const float confidence : {0.92F, 0.91F}) {
    ASSERT_EQ(look(), PageWay::kRead);
    read(confidence, 3);
  }
  EXPECT_EQ(look(), PageWay::kCollect);
  EXPECT_EQ(page.view.image, ImageView());
  EXPECT_EQ(page.lines[0].hypothesis.characters.size(), 4U);
}

TEST_F(LineImageTest, NothingIsReadMoreSurelyThanNoText) {
  read(0.5F);
  int looks = 0;
  while (look() == PageWay::kRead) {
    ASSERT_LT(++looks, 10);
    read(0, 0);
  }
  EXPECT_GT(looks, 1);
  EXPECT_EQ(page.lines[0].hypothesis.characters.size(), 4U);
}

TEST_F(LineImageTest, ThatReadsWellIsReadOnce) {
  read(0.96F);
  EXPECT_EQ(look(), PageWay::kCollect);
}

TEST_F(LineImageTest, APageIsNotReadAsOneLine) {
  page.layout.may_be_one_line = false;
  read(0.5F);
  EXPECT_EQ(look(), PageWay::kCollect);
}

// Sure of lines that do not begin with a bar.
class AfraidOfBars : public ChecksumRecognizer {
 public:
  std::vector<recognizer::Hypothesis> recognize(std::span<const cv::Mat> lines) const override {
    std::vector<recognizer::Hypothesis> results = ChecksumRecognizer::recognize(lines);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      double darkest = 255;
      for (int x = 0; x < lines[i].cols / 3; ++x) darkest = std::min(darkest, cv::mean(lines[i].col(x))[0]);
      for (recognizer::Character& character : results[i].characters)
        character.confidence = darkest > 60 ? 0.96F : 0.4F;
    }
    return results;
  }
};

struct Keeper : io::Writer {
  std::vector<io::PageRecord> records;
  void write(const io::PageRecord& record) override { records.push_back(record); }
  void finish() override {}
};

TEST(LineImageInARun, PlacesAreThoseInTheWholeImage) {
  testing::WorkingFolder folder;
  cv::Mat word(80, 200, CV_8UC1, cv::Scalar(255));
  cv::putText(word, "stand", {40, 52}, cv::FONT_HERSHEY_SIMPLEX, 1.2, cv::Scalar(0), 3);
  testing::write_pgm("docs/a.pgm", word);
  cv::rectangle(word, cv::Rect(0, 0, 4, word.rows), cv::Scalar(0), cv::FILLED);
  testing::write_pgm("docs/b.pgm", word);

  AfraidOfBars recognizer;
  ScanOptions options;
  options.inputs = {"docs"};
  options.orientation = Orientation::kOff;
  options.workers.program = OCRBATCH_WORKER;
  for (const Isolation isolation : {Isolation::kOff, Isolation::kWorkers}) {
    options.isolation = isolation;
    Keeper found;
    ScanProgress progress;
    run_scan(options, recognizer, {&found}, progress, [](const auto&, const auto&) {});
    ASSERT_EQ(found.records.size(), 2U);
    const io::Page &plain = found.records[0].page, &barred = found.records[1].page;
    EXPECT_EQ(barred.width_px, 200);
    EXPECT_EQ(barred.height_px, 80);
    ASSERT_EQ(plain.blocks.size(), 1U);
    ASSERT_EQ(barred.blocks.size(), 1U);
    const io::Line &expected = plain.blocks[0].paragraphs[0].lines[0],
                   &line = barred.blocks[0].paragraphs[0].lines[0];
    EXPECT_GT(line.confidence, 0.9);
    EXPECT_NEAR(line.bbox.x0, expected.bbox.x0, 2);
    EXPECT_NEAR(line.bbox.x1, expected.bbox.x1, 2);
    EXPECT_NEAR(line.bbox.y0, expected.bbox.y0, 2);
    EXPECT_NEAR(line.baseline_start.y, expected.baseline_start.y, 2);
    ASSERT_FALSE(line.words.empty());
    ASSERT_EQ(line.words.size(), expected.words.size());
    EXPECT_NEAR(line.words[0].bbox.x0, expected.words[0].bbox.x0, 2);
    EXPECT_NEAR(line.words[0].bbox.y1, expected.words[0].bbox.y1, 2);
  }
}

}  // namespace
}  // namespace ocrbatch::pipeline
