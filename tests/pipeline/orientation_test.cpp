// Which way up pages are read: the decision about a page, and whole runs over pages that lie on their side or
// stand on their head.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "io/reader.h"
#include "io/writer.h"
#include "pipeline/layout/layout_image.h"
#include "pipeline/page_lines.h"
#include "pipeline/scan.h"
#include "pipeline/stages/choose_view.h"
#include "tests/support/checksum_recognizer.h"
#include "tests/support/documents.h"
#include "tests/support/working_folder.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;
using testing::ChecksumRecognizer;
using ::testing::ElementsAre;

// Letters in rows, each row of which begins with a block and so shows which way up it is.
cv::Mat letter_page(int seed, int lines = 12) {
  cv::Mat page(60 + 60 * lines, 900, CV_8UC1, cv::Scalar(255));
  std::string text = "hand abend mund rand stein baum";
  for (int i = 0; i < lines; ++i) {
    const int baseline = 80 + 60 * i;
    std::rotate(text.begin(), text.begin() + 1 + (seed + i) % 5, text.end());
    cv::rectangle(page, cv::Rect(60, baseline - 22, 22, 22), cv::Scalar(0), cv::FILLED);
    cv::putText(page, text, {95, baseline}, cv::FONT_HERSHEY_SIMPLEX, 1.0, cv::Scalar(0), 2);
  }
  return page;
}

cv::Mat turned(const cv::Mat& page, int turn_deg) {
  io::PageImage image{.gray = page};
  io::turn(image, turn_deg);
  return image.gray;
}

// Sure of what it reads where a line begins with more ink than it ends with. Each character of the checksum
// comes twice, as a few are too little to turn a page for.
class UprightRecognizer : public ChecksumRecognizer {
 public:
  std::vector<recognizer::Hypothesis> recognize(std::span<const cv::Mat> lines) const override {
    std::vector<recognizer::Hypothesis> results = ChecksumRecognizer::recognize(lines);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const cv::Mat& line = lines[i];
      const int end = std::min(line.cols / 2, line.rows);
      const double left = cv::mean(line.colRange(0, end))[0];
      const double right = cv::mean(line.colRange(line.cols - end, line.cols))[0];
      std::vector<recognizer::Character> twice;
      for (recognizer::Character character : results[i].characters) {
        const float middle = (character.x0_px + character.x1_px) / 2;
        character.confidence = left < right - 15 ? 0.95F : 0.3F;
        twice.push_back({character.text, character.x0_px, middle, character.confidence});
        twice.push_back({character.text, middle, character.x1_px, character.confidence});
      }
      results[i].characters = std::move(twice);
    }
    return results;
  }
};

LineMessage read_line(int columns, float confidence, int characters = 20) {
  LineMessage line;
  line.columns = columns;
  for (int i = 0; i < characters; ++i) line.hypothesis.characters.push_back({"a", 0, 1, confidence});
  return line;
}

LineMessage held_line(int columns) {
  LineMessage line;
  line.columns = columns;
  line.prepared.pixels = cv::Mat(16, columns, CV_8UC1, cv::Scalar(255));
  line.held_back = true;
  return line;
}

class ChooseViewTest : public ::testing::Test {
 protected:
  ChooseViewTest() {
    page.layout.neighbours = {100, 10};
    page.record.page.width_px = 700;
    page.record.page.height_px = 500;
  }
  PageWay look(Orientation orientation = Orientation::kAuto) {
    return ChooseView(orientation, recognizer, progress)(page);
  }
  // What reading the page as it says gives.
  void read(std::vector<LineMessage> lines) {
    page.lines = std::move(lines);
    page.record.page.width_px = page.view.image.turn_deg % 180 == 0 ? 700 : 500;
    page.record.page.rotation_deg = page.view.image.turn_deg;
  }
  static std::vector<LineMessage> lines(float confidence, int count = 3) {
    std::vector<LineMessage> lines;
    for (int i = 0; i < count; ++i) lines.push_back(read_line(300 + i, confidence));
    return lines;
  }

  ChecksumRecognizer recognizer;
  ScanProgress progress;
  PageMessage page;
};

TEST_F(ChooseViewTest, LetsAPageGoOnThatReadsWell) {
  read(lines(0.95F));
  EXPECT_EQ(look(), PageWay::kCollect);
  EXPECT_TRUE(page.is_settled);
  EXPECT_EQ(page.view.image.turn_deg, 0);
}

TEST_F(ChooseViewTest, TurnsAPageThatReadsClearlyBetterOnItsHeadAndReadsItWhole) {
  read(lines(0.5F));
  ASSERT_EQ(look(), PageWay::kRead);
  EXPECT_EQ(page.view.image.turn_deg, 180);
  std::vector<LineMessage> sample = lines(0.95F);
  sample.push_back(held_line(50));
  read(std::move(sample));
  ASSERT_EQ(look(), PageWay::kRecognize);
  EXPECT_EQ(page.lines_to_recognize, 1U);
  EXPECT_FALSE(page.lines.back().held_back);
  page.lines.back() = read_line(50, 0.2F);
  EXPECT_EQ(look(), PageWay::kCollect) << "it is not asked again";
  EXPECT_EQ(page.record.page.rotation_deg, 180);
  EXPECT_EQ(progress.pages_turned, 1U);
}

TEST_F(ChooseViewTest, LeavesAPageThatReadsBadlyAnyWay) {
  read(lines(0.5F));
  for (const int turn_deg : {180, 90, 270}) {
    ASSERT_EQ(look(), PageWay::kRead);
    EXPECT_EQ(page.view.image.turn_deg, turn_deg);
    read(lines(0.6F, 7));
  }
  EXPECT_EQ(look(), PageWay::kCollect);
  EXPECT_EQ(page.lines.size(), 3U) << "as it was";
  EXPECT_EQ(page.record.page.rotation_deg, 0);
  EXPECT_EQ(progress.pages_turned, 0U);
}

// Whose letters stand as far apart as its lines: the neighbours say that it is upright.
TEST_F(ChooseViewTest, TurnsAReceiptOnItsSideThoughItsLongestLinesAreNoText) {
  read(lines(0.5F));
  for (const float confidence : {0.5F, 0.72F, 0.55F}) {
    ASSERT_EQ(look(), PageWay::kRead);
    read(lines(confidence, 4));
  }
  EXPECT_EQ(look(), PageWay::kCollect);
  EXPECT_EQ(page.record.page.rotation_deg, 90);
}

TEST_F(ChooseViewTest, FewSureWordsAreNoReasonToTurnAPageOfMany) {
  read(lines(0.8F, 8));
  ASSERT_EQ(look(), PageWay::kRead);
  read({read_line(40, 0.99F, 25)});
  EXPECT_EQ(look(), PageWay::kCollect);
  EXPECT_EQ(page.lines.size(), 8U);
}

TEST_F(ChooseViewTest, AWordAloneIsNotTurned) {
  read({read_line(60, 0.8F, 4)});
  ASSERT_EQ(look(), PageWay::kRead);
  read({read_line(60, 0.99F, 4)});
  EXPECT_EQ(look(), PageWay::kCollect);
  EXPECT_EQ(page.record.page.rotation_deg, 0);
}

TEST_F(ChooseViewTest, TriesBothWaysToStandAPageUpThatLiesOnItsSide) {
  page.layout.neighbours = {10, 100};
  std::vector<LineMessage> sample = lines(0.4F);
  sample.push_back(held_line(50));
  read(std::move(sample));
  ASSERT_EQ(look(), PageWay::kRead);
  EXPECT_EQ(page.view.image.turn_deg, 90);
  read(lines(0.5F));
  ASSERT_EQ(look(), PageWay::kRead);
  EXPECT_EQ(page.view.image.turn_deg, 270);
  read(lines(0.5F));
  EXPECT_EQ(look(), PageWay::kRecognize) << "as it was, with what was held back";
  EXPECT_EQ(page.lines.size(), 4U);
  EXPECT_EQ(page.record.page.width_px, 700);
}

TEST_F(ChooseViewTest, UprightIsBetterThanUpsideDownWhichIsBetterThanOnItsSide) {
  page.layout.neighbours = {10, 100};
  read(lines(0.4F));
  ASSERT_EQ(look(), PageWay::kRead);
  read(lines(0.78F));
  ASSERT_EQ(look(), PageWay::kRead) << "it may be upside down";
  EXPECT_EQ(page.view.image.turn_deg, 270);
  read(lines(0.82F, 4));
  EXPECT_EQ(look(), PageWay::kCollect);
  EXPECT_EQ(page.lines.size(), 4U);
  EXPECT_EQ(page.record.page.rotation_deg, 270);
  EXPECT_EQ(progress.pages_turned, 1U);
}

TEST_F(ChooseViewTest, WhatGoesWrongWithThePageTurnedIsForgotten) {
  page.layout.neighbours = {10, 100};
  read(lines(0.5F));
  ASSERT_EQ(look(), PageWay::kRead);
  page.lines.clear();
  page.record.error = {io::ErrorCode::kTimeout, "too long"};
  EXPECT_EQ(look(), PageWay::kCollect) << "no other way is tried";
  EXPECT_FALSE(page.failed());
  EXPECT_EQ(page.lines.size(), 3U);
  EXPECT_EQ(page.record.page.rotation_deg, 0);
}

TEST_F(ChooseViewTest, DoesNotTryWhatCannotHelp) {
  page.layout.neighbours = {};
  read({});
  EXPECT_EQ(look(), PageWay::kCollect) << "a blank page";
  PageMessage failed;
  failed.record.error = {io::ErrorCode::kCorrupt, "damaged"};
  EXPECT_EQ(ChooseView(Orientation::kAuto, recognizer, progress)(failed), PageWay::kCollect);
  EXPECT_TRUE(failed.failed());
  PageMessage off;
  off.lines = lines(0.2F);
  EXPECT_EQ(ChooseView(Orientation::kOff, recognizer, progress)(off), PageWay::kCollect);
}

TEST(LetterNeighbours, TellWhichWayTextRuns) {
  for (const int turn_deg : {0, 90, 180, 270}) {
    const LayoutImage image = make_quick_layout_image({.gray = turned(letter_page(1), turn_deg)});
    const LetterNeighbours& found = image.neighbours;
    EXPECT_EQ(lies_on_its_side(found), turn_deg % 180 != 0)
        << turn_deg << ": " << found.beside << " beside, " << found.above_or_below << " above or below";
    EXPECT_GT(found.beside + found.above_or_below, 100);
  }
}

struct Keeper : io::Writer {
  std::vector<io::PageRecord> records;
  std::string jsonl;
  void write(const io::PageRecord& record) override {
    records.push_back(record);
    jsonl += io::to_json(record) + "\n";
  }
  void finish() override {}
};

class OrientationInARun : public ::testing::Test {
 protected:
  OrientationInARun() {
    options.inputs = {"docs"};
    options.orientation = Orientation::kAuto;
    options.jobs = 2;
    options.workers.program = OCRBATCH_WORKER;
  }

  Keeper scan(io::Writer* other = nullptr) {
    Keeper keeper;
    std::vector<io::Writer*> writers{&keeper};
    if (other != nullptr) writers.push_back(other);
    progress.emplace();
    summary = run_scan(options, recognizer, writers, *progress, [](const auto&, const auto&) {});
    return keeper;
  }

  UprightRecognizer recognizer;
  ScanOptions options;
  std::optional<ScanProgress> progress;
  ScanSummary summary;
  testing::WorkingFolder folder_;

 private:
};

TEST_F(OrientationInARun, TurnedPagesGiveWhatUprightOnesGive) {
  std::vector<cv::Mat> pages;
  for (const int turn_deg : {0, 90, 180, 270}) pages.push_back(turned(letter_page(1), turn_deg));
  testing::write_tiff("docs/a.tif", pages);
  const Keeper found = scan();
  ASSERT_EQ(found.records.size(), 4U);
  const io::PageRecord& upright = found.records[0];
  EXPECT_EQ(upright.page.rotation_deg, 0);
  EXPECT_GT(io::page_text(upright.page).size(), 12U * 9);
  for (std::size_t i = 1; i < 4; ++i) {
    const io::PageRecord& record = found.records[i];
    SCOPED_TRACE(90 * i);
    EXPECT_EQ(record.page.rotation_deg, 360 - 90 * static_cast<int>(i));
    EXPECT_EQ(record.page.width_px, upright.page.width_px);
    EXPECT_EQ(record.page.height_px, upright.page.height_px);
    EXPECT_EQ(io::page_text(record.page), io::page_text(upright.page));
    ASSERT_EQ(record.page.blocks.size(), upright.page.blocks.size());
    EXPECT_EQ(record.page.blocks[0].bbox, upright.page.blocks[0].bbox);
  }
  EXPECT_EQ(summary.pages_turned, 3U);
}

TEST_F(OrientationInARun, IsAnOptionAndASetting) {
  testing::write_tiff("docs/a.tif", {turned(letter_page(1), 180)});
  const Keeper turned_round = scan();
  options.orientation = Orientation::kOff;
  const Keeper as_it_is = scan();
  EXPECT_EQ(turned_round.records.at(0).page.rotation_deg, 180);
  EXPECT_EQ(as_it_is.records.at(0).page.rotation_deg, 0);
  EXPECT_NE(turned_round.records.at(0).provenance.settings, as_it_is.records.at(0).provenance.settings);
}

TEST_F(OrientationInARun, ALineOnItsHeadIsTurned) {
  options.layout = LayoutMode::kLine;
  const cv::Mat line = letter_page(1, 1).rowRange(40, 100);
  testing::write_pgm("docs/a.pgm", line);
  testing::write_pgm("docs/b.pgm", turned(line, 180));
  const Keeper found = scan();
  EXPECT_EQ(found.records.at(0).page.rotation_deg, 0);
  EXPECT_EQ(found.records.at(1).page.rotation_deg, 180);
  EXPECT_EQ(io::page_text(found.records[0].page), io::page_text(found.records[1].page));
}

TEST_F(OrientationInARun, GivesTheSameBytesForAnyNumberOfJobsBudgetAndIsolation) {
  for (int i = 0; i < 12; ++i) {
    const std::string name = "docs/" + std::to_string(100 + i);
    testing::write_tiff(name + ".tif", {turned(letter_page(i, 4 + i), 90 * (i % 4)), letter_page(i, 3)});
  }
  testing::write_text("docs/105a.pdf", "%PDF-1.4\nbroken off");
  testing::write_pgm("docs/107a.pgm", cv::Mat(300, 200, CV_8UC1, cv::Scalar(255)));
  recognizer.widest_delay_us = 300;
  options.jobs = 1;
  const Keeper first = scan();
  ASSERT_EQ(first.records.size(), 26U);
  EXPECT_EQ(summary.pages_turned, 9U);
  for (const auto& [jobs, devices] : {std::pair{2, 0}, {8, 0}, {1, 1}, {4, 2}}) {
    for (const std::uint64_t budget : {1ULL, 100'000'000ULL}) {
      options.isolation = jobs == 8 ? Isolation::kWorkers : Isolation::kOff;
      options.jobs = jobs;
      options.max_memory_bytes = budget;
      recognizer.lines_a_batch = jobs == 8 ? 1000 : 3;
      recognizer.device_count = devices;
      const Keeper other = scan();
      ASSERT_EQ(other.jsonl, first.jsonl)
          << jobs << " jobs, " << devices << " devices, " << budget << " bytes";
    }
  }
}

TEST_F(OrientationInARun, HocrOfATurnedPageIsGroundTruthForItsLines) {
  testing::write_tiff("docs/a.tif", {turned(letter_page(1), 180), turned(letter_page(2), 90)});
  testing::write_tiff("docs/b.tif", {letter_page(1), letter_page(2)});
  const auto hocr = io::make_folder_writer("hocr", ".");
  scan(hocr.get());
  hocr->finish();
  ASSERT_EQ(summary.pages_turned, 2U);
  const auto lines = open_page_lines(find_ground_truth("docs"), recognizer.info().line_preparation, 1 << 20);
  const std::uint64_t half = lines->size().value() / 2;
  ASSERT_GE(half, 20U);
  ASSERT_EQ(2 * half, summary.lines);
  for (std::uint64_t i = 0; i < half; ++i) {
    const cv::Mat of_turned = lines->get(i).pixels, of_upright = lines->get(half + i).pixels;
    ASSERT_EQ(of_turned.size(), of_upright.size()) << "line " << i;
    EXPECT_EQ(cv::norm(of_turned, of_upright, cv::NORM_INF), 0) << "line " << i;
  }
}

}  // namespace
}  // namespace ocrbatch::pipeline
