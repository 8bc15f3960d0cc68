// Components, rules and light print on dark: the fast layout before there are letters.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "pipeline/layout/components.h"
#include "pipeline/layout/reversed.h"
#include "pipeline/layout/rules.h"
#include "pipeline/layout/upright_rules.h"
#include "tests/pipeline/layout_pieces.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::SizeIs;

TEST(FindComponents, AgreesWithOpenCvOnNoise) {
  cv::Mat dice(61, 83, CV_8UC1), ink;
  cv::theRNG().state = 3;
  cv::randu(dice, 0, 256);
  for (const int share : {10, 90, 128, 200}) {
    cv::threshold(dice, ink, share, 255, cv::THRESH_BINARY_INV);
    cv::Mat labels, stats, centroids;
    const int count = cv::connectedComponentsWithStats(ink, labels, stats, centroids, 8, CV_32S);
    const std::vector<Component> found = find_components(ink);
    ASSERT_EQ(found.size(), static_cast<size_t>(count - 1)) << share;
    std::vector<std::array<int, 5>> wanted, got;
    for (int i = 1; i < count; ++i) {
      const int* row = stats.ptr<int>(i);
      wanted.push_back({row[0], row[1], row[2], row[3], row[4]});
    }
    for (const Component& part : found)
      got.push_back({part.box.x, part.box.y, part.box.width, part.box.height, part.pixels});
    std::sort(wanted.begin(), wanted.end());
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, wanted) << share;
  }
}

TEST(EraseRules, TakesFramesAndLeavesLettersAndBars) {
  cv::Mat ink = paper(400, 200);
  cv::rectangle(ink, {20, 20}, {380, 180}, cv::Scalar(255), 2);
  cv::line(ink, {20, 100}, {380, 106}, cv::Scalar(255), 2);  // tilted by a degree
  cv::putText(ink, "print in a frame", {60, 70}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(255), 2);
  cv::Mat letters = paper(400, 200);
  cv::putText(letters, "print in a frame", {60, 70}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(255), 2);
  const ErasedRules erased = erase_rules(ink, find_components(ink), 13);
  EXPECT_TRUE(erased.any);
  // The frame's sides, in pieces.
  ASSERT_THAT(erased.upright, SizeIs(::testing::Ge(20U)));
  for (const UprightRule& piece : erased.upright) {
    EXPECT_GE(piece.height, 155);
    EXPECT_LE(piece.box.width, 4);
    EXPECT_TRUE(std::abs(piece.box.x - 20) < 4 || std::abs(piece.box.x - 380) < 4) << piece.box;
  }
  EXPECT_LT(cv::countNonZero(ink - letters), 40);
  EXPECT_EQ(cv::countNonZero(letters - ink), 0);
  EXPECT_FALSE(erase_rules(letters, find_components(letters), 13).any);
}

TEST(PaintOver, TakesBordersOfCellsAndLeavesLetters) {
  cv::Mat gray(60, 300, CV_8UC1, cv::Scalar(230));
  cv::rectangle(gray, cv::Rect(100, 0, 3, 60), cv::Scalar(20), cv::FILLED);   // a rule
  cv::rectangle(gray, cv::Rect(150, 20, 3, 20), cv::Scalar(20), cv::FILLED);  // an l
  cv::rectangle(gray, cv::Rect(280, 0, 3, 60), cv::Scalar(20), cv::FILLED);   // a rule away from the line
  const cv::Rect line(50, 20, 150, 20);
  paint_over({{{100, 0, 3, 60}, 60}, {{150, 20, 3, 20}, 20}, {{280, 0, 3, 60}, 60}}, {line}, gray);
  EXPECT_EQ(gray.at<uchar>(30, 101), 230);
  EXPECT_EQ(gray.at<uchar>(30, 151), 20);
  EXPECT_EQ(gray.at<uchar>(30, 281), 20);
}

TEST(FindReversedLetters, SeesLightPrintOnABarOnly) {
  cv::Mat ink = paper(400, 200);
  cv::rectangle(ink, {40, 40}, {300, 70}, cv::Scalar(255), cv::FILLED);
  cv::putText(ink, "TOTAL", {60, 62}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(0), 2);
  EXPECT_GE(find_reversed_letters(ink, find_components(ink), 13).size(), 3U);  // of five letters, some touch
  cv::Mat silhouette = paper(400, 200);
  cv::circle(silhouette, {150, 100}, 80, cv::Scalar(255), cv::FILLED);
  cv::ellipse(silhouette, {250, 150}, {120, 20}, 20, 0, 360, cv::Scalar(255), cv::FILLED);
  cv::putText(silhouette, "TOTAL", {110, 100}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(0), 2);
  EXPECT_THAT(find_reversed_letters(silhouette, find_components(silhouette), 13), SizeIs(0));
}

}  // namespace
}  // namespace ocrbatch::pipeline
