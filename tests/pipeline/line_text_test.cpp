#include "pipeline/line_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ocrbatch::pipeline {
namespace {

using recognizer::Character;
using recognizer::Hypothesis;

// A level line on a page of 300 x 200, prepared at twice its size: column x of 400 lies at page x / 2 + 10.
const kernels::LineGeometry kLevel{{10, 100}, {210, 100}, 20, 5, 0};
const cv::Matx23f kHalf(0.5F, 0, 10, 0, 0.5F, 80);

io::Line read(const std::vector<Character>& characters, const kernels::LineGeometry& geometry = kLevel,
              const cv::Matx23f& to_page = kHalf) {
  io::Line line;
  set_line_text(line, {characters}, 400, to_page, geometry, 300, 200);
  return line;
}

void expect_box(const io::Box& box, const io::Box& expected) {
  EXPECT_EQ(box, expected) << box.x0 << " " << box.y0 << " " << box.x1 << " " << box.y1;
}

const std::vector<Character> kTwoWords{
    {"a", 100, 108, 1}, {"b", 120, 128, 1}, {" ", 140, 144, 1}, {"c", 160, 168, 1}};

TEST(SetLineText, SplitsWordsAtSpacesAndJoinsThemByOne) {
  const io::Line line = read({{" ", 0, 4, 1},
                              {"a", 10, 14, 1},
                              {" ", 20, 22, 1},
                              {"\u00A0", 24, 26, 1},
                              {"b", 30, 34, 1},
                              {"c", 36, 38, 1},
                              {" ", 50, 52, 1}});
  EXPECT_EQ(line.text, "a bc");
  ASSERT_EQ(line.words.size(), 2U);
  EXPECT_EQ(line.words[0].text, "a");
  EXPECT_EQ(line.words[1].text, "bc");
}

TEST(SetLineText, WidensWordsByHalfTheUsualAdvance) {
  const io::Line line = read(kTwoWords);  // letters 20 columns apart: each reaches 10 around its middle
  ASSERT_EQ(line.words.size(), 2U);
  expect_box(line.words[0].bbox, {57, 80, 77, 105});  // columns 94 to 134
  expect_box(line.words[1].bbox, {87, 80, 97, 105});  // columns 154 to 174
}

TEST(SetLineText, DoesNotWidenAWordPastTheMiddleOfAGap) {
  const io::Line line = read(
      {{"a", 100, 110, 1}, {"b", 140, 150, 1}, {" ", 152, 154, 1}, {"c", 156, 166, 1}, {"d", 196, 206, 1}});
  ASSERT_EQ(line.words.size(), 2U);
  EXPECT_EQ(line.words[0].bbox.x1, 87);  // column 153, not 145 + 20
  EXPECT_EQ(line.words[1].bbox.x0, 86);  // likewise, rounded outwards
}

// A word in the middle of a line that sags by 16 pixels there.
TEST(SetLineText, FollowsALineThatBends) {
  kernels::LineGeometry sagging = kLevel;
  for (std::size_t i = 0; i < sagging.bend_px.size(); ++i)
    sagging.bend_px[i] = 16 - 2 * std::abs(static_cast<float>(i) - 7);
  const io::Line line = read({{"a", 196, 204, 1}}, sagging);
  ASSERT_EQ(line.words.size(), 1U);
  EXPECT_EQ(line.words[0].bbox.y0, 95);
  EXPECT_EQ(line.words[0].bbox.y1, 121);
}

TEST(SetLineText, KeepsBoxesOnThePage) {
  const kernels::LineGeometry at_the_edge{{-5, 3}, {320, 3}, 20, 5, 0};
  const io::Line line =
      read({{"a", 0, 10, 1}, {"b", 390, 400, 1}}, at_the_edge, cv::Matx23f(0.9F, 0, -20, 0, 1, -20));
  ASSERT_EQ(line.words.size(), 1U);
  expect_box(line.words[0].bbox, {0, 0, 300, 8});
}

TEST(SetLineText, GivesTurnedLinesTheUprightBoxAroundTheBand) {
  const kernels::LineGeometry downwards{{100, 10}, {100, 190}, 20, 5, 0};
  const io::Line down = read(kTwoWords, downwards, cv::Matx23f(0, -0.5F, 120, 0.5F, 0, 10));
  ASSERT_EQ(down.words.size(), 2U);
  expect_box(down.words[0].bbox, {95, 57, 120, 77});

  // Rising by 3 in 4: a word between 30 and 40 along the baseline.
  const kernels::LineGeometry rising{{50, 150}, {130, 90}, 10, 5, 0};
  const io::Line slanted =
      read({{"a", 60, 80, 1}}, rising, cv::Matx23f(0.4F, 0.3F, 50 - 6, -0.3F, 0.4F, 150 - 8));
  ASSERT_EQ(slanted.words.size(), 1U);
  expect_box(slanted.words[0].bbox, {68, 118, 85, 136});
}

TEST(SetLineText, TakesTheLeastSureCharacterForWordsAndTheMeanForTheLine) {
  const std::vector<Character> characters{
      {"a", 10, 14, 0.9F}, {"b", 20, 24, 0.4F}, {" ", 30, 34, 0.7F}, {"c", 40, 44, 0.5F}};
  const io::Line line = read(characters);
  ASSERT_EQ(line.words.size(), 2U);
  EXPECT_NEAR(line.words[0].confidence, 0.4, 1e-6);
  EXPECT_NEAR(line.words[1].confidence, 0.5, 1e-6);
  EXPECT_NEAR(line.confidence, 0.6, 1e-6);
  EXPECT_EQ(read({{"a", 10, 14, 0}}).words[0].confidence, 0);
}

TEST(SetLineText, CalibratesWordsAndLeavesTheLineToTellPrintFromDirt) {
  const recognizer::ConfidenceCalibration calibration{2, -0.5};
  io::Line line;
  set_line_text(line, {{{"a", 10, 14, 0.9F}, {"b", 20, 24, 0.8F}}}, 400, kHalf, kLevel, 300, 200,
                calibration);
  ASSERT_EQ(line.words.size(), 1U);
  EXPECT_NEAR(line.words[0].confidence, calibration(0.8F), 1e-9);
  EXPECT_NEAR(line.confidence, 0.85, 1e-6);
}

TEST(SetLineText, NormalizesToNfc) {
  EXPECT_EQ(read({{"e", 10, 14, 1}, {"\u0301", 14, 18, 1}}).text, "\u00E9");
}

TEST(SetLineText, LeavesALineOfSpacesWithoutText) {
  for (const auto& characters : {std::vector<Character>{}, {{" ", 0, 4, 1}, {" ", 8, 12, 1}}}) {
    const io::Line line = read(characters);
    EXPECT_EQ(line.text, "");
    EXPECT_TRUE(line.words.empty());
    EXPECT_EQ(line.confidence, 0);
  }
}

}  // namespace
}  // namespace ocrbatch::pipeline
