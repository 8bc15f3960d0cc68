// Components, rules and light print on dark: the fast layout before there are letters.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "pipeline/layout/cell_means.h"
#include "pipeline/layout/components.h"
#include "pipeline/layout/heading_letters.h"
#include "pipeline/layout/panels.h"
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

TEST(EraseRules, LeavesTheStrokesOfAHeading) {
  cv::Mat ink = paper(600, 160);
  cv::putText(ink, "FILM", {60, 120}, cv::FONT_HERSHEY_SIMPLEX, 3, cv::Scalar(255), 7);
  const cv::Mat before = ink.clone();
  EXPECT_FALSE(erase_rules(ink, find_components(ink), 13).any);
  EXPECT_EQ(cv::countNonZero(ink != before), 0);
}

int headings_in(const cv::Mat& ink) {
  const std::vector<bool> found = find_heading_letters(ink, find_components(ink), 13);
  return static_cast<int>(std::ranges::count(found, true));
}

TEST(FindHeadingLetters, AreThickAndStandInARow) {
  cv::Mat heading = paper(600, 160), box = paper(600, 160), boxes = paper(600, 160),
          barcode = paper(600, 160), number = paper(600, 160), print = paper(600, 160);
  cv::putText(heading, "FILM", {60, 120}, cv::FONT_HERSHEY_SIMPLEX, 3, cv::Scalar(255), 7);
  EXPECT_EQ(headings_in(heading), 4);
  cv::rectangle(box, {60, 40}, {120, 120}, cv::Scalar(255), cv::FILLED);
  EXPECT_EQ(headings_in(box), 0);
  for (int i = 0; i < 6; ++i)
    cv::rectangle(boxes, {60 + 80 * i, 60}, {110 + 80 * i, 120}, cv::Scalar(255), 2);
  EXPECT_EQ(headings_in(boxes), 0);
  for (int i = 0; i < 30; ++i)
    cv::rectangle(barcode, {60 + 14 * i, 40}, {64 + 14 * i + i % 3, 120}, cv::Scalar(255), cv::FILLED);
  EXPECT_EQ(headings_in(barcode), 0);
  cv::putText(number, "25", {60, 120}, cv::FONT_HERSHEY_SIMPLEX, 3, cv::Scalar(255), 7);
  EXPECT_EQ(headings_in(number), 2);
  cv::putText(print, "print of usual size", {60, 70}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(255), 2);
  EXPECT_EQ(headings_in(print), 0);
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

std::vector<Component> reversed_letters(const cv::Mat& ink) {
  return ReversedPrint(ink, find_components(ink), 13).letters();
}

constexpr int kCell = 8;

GrayPanels panels_of(const cv::Mat& page) {
  return find_gray_panels(page, extremes_of_cells(page, kCell), kCell, 230);
}

// Paper, and on it a panel of 30 by 20 cells.
cv::Mat page_with_a_panel(int panel) {
  cv::Mat page(480, 480, CV_8UC1, cv::Scalar(230));
  page(cv::Rect(10 * kCell, 10 * kCell, 30 * kCell, 20 * kCell)).setTo(panel);
  return page;
}

cv::Mat with_print(cv::Mat page, int gray) {
  for (const int y : {130, 170, 210})
    cv::putText(page, "some print", {110, y}, cv::FONT_HERSHEY_SIMPLEX, 0.8, cv::Scalar(gray), 2,
                cv::LINE_AA);
  return page;
}

TEST(FindGrayPanels, HaveLightPrint) {
  for (const int panel : {80, 120, 170}) {
    const GrayPanels panels = panels_of(with_print(page_with_a_panel(panel), 230));
    const cv::Rect with_border(9, 9, 32, 22);
    EXPECT_EQ(cv::boundingRect(panels.panel), with_border) << panel;
    EXPECT_EQ(cv::countNonZero(panels.panel == panel), with_border.area()) << panel;
    EXPECT_EQ(cv::countNonZero(panels.print == 230), with_border.area()) << panel;
  }
}

TEST(FindGrayPanels, AreNeitherGrayPaperNorEmptyNorDark) {
  const auto found = [](const cv::Mat& page) { return cv::countNonZero(panels_of(page).panel); };
  EXPECT_EQ(found(with_print(page_with_a_panel(150), 40)), 0);
  EXPECT_EQ(found(page_with_a_panel(150)), 0);
  EXPECT_EQ(found(with_print(page_with_a_panel(40), 230)), 0);
  EXPECT_EQ(found(with_print(page_with_a_panel(190), 230)), 0);  // its print is too faint
  cv::Mat sky = page_with_a_panel(100);
  for (int y = 80; y < 240; ++y) sky.row(y).colRange(80, 320).setTo(70 + (y - 80) * 3 / 4);
  EXPECT_EQ(found(with_print(sky, 230)), 0);
}

// Bars of a chart, hatched, and a table whose cells light rules part: both have more light than many a panel.
TEST(FindGrayPanels, AreNoBarsAndNoTablesWithLightRules) {
  cv::Mat bars = page_with_a_panel(130);
  for (int x = 90; x < 320; x += 24) cv::line(bars, {x, 80}, {x, 239}, cv::Scalar(230), 2);
  EXPECT_EQ(cv::countNonZero(panels_of(bars).panel), 0);
  cv::Mat hatched = page_with_a_panel(130);
  for (int x = 90; x < 290; x += 20) cv::line(hatched, {x, 230}, {x + 30, 90}, cv::Scalar(230), 2);
  EXPECT_EQ(cv::countNonZero(panels_of(hatched).panel), 0);
  cv::Mat table = with_print(page_with_a_panel(150), 30);
  for (int y = 100; y < 239; y += 40) cv::line(table, {80, y}, {319, y}, cv::Scalar(230), 2);
  cv::putText(table, "light", {110, 95}, cv::FONT_HERSHEY_SIMPLEX, 0.4, cv::Scalar(230), 1);
  EXPECT_EQ(cv::countNonZero(panels_of(table).panel), 0);
}

TEST(ReversedPrint, IsSeenOnABar) {
  cv::Mat ink = paper(400, 200);
  cv::rectangle(ink, {40, 40}, {300, 70}, cv::Scalar(255), cv::FILLED);
  cv::putText(ink, "TOTAL", {60, 62}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(0), 2);
  EXPECT_GE(reversed_letters(ink).size(), 3U);  // of five letters, some touch
}

TEST(ReversedPrint, IsSeenOnAnAreaOfAnyShape) {
  // The head and the side of a page, to its edges, around its paper.
  cv::Mat ink = paper(400, 400);
  cv::rectangle(ink, {0, 0}, {400, 80}, cv::Scalar(255), cv::FILLED);
  cv::rectangle(ink, {0, 80}, {120, 400}, cv::Scalar(255), cv::FILLED);
  cv::putText(ink, "T O T A L", {150, 50}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(0), 2);
  cv::putText(ink, "I T E M", {10, 200}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(0), 2);
  cv::putText(ink, "B O D Y", {200, 200}, cv::FONT_HERSHEY_SIMPLEX, 0.6, cv::Scalar(255), 2);
  const std::vector<Component> components = find_components(ink);
  const ReversedPrint print(ink, components, 13);
  const auto in = [&](const cv::Rect& area) {
    return std::ranges::count_if(print.letters(),
                                 [&](const Component& letter) { return (area & letter.box) == letter.box; });
  };
  EXPECT_EQ(in({140, 30, 150, 30}), 5);
  EXPECT_EQ(in({5, 180, 110, 30}), 4);
  EXPECT_EQ(static_cast<int>(print.letters().size()), in({140, 30, 150, 30}) + in({5, 180, 110, 30}));
  ASSERT_TRUE(print.clear_areas(ink));
  EXPECT_EQ(cv::countNonZero(ink(cv::Rect(0, 0, 400, 76))), 0);
  EXPECT_EQ(cv::countNonZero(ink(cv::Rect(0, 0, 116, 400))), 0);
  const std::vector<Component> left = find_components(ink);
  EXPECT_EQ(std::ranges::count_if(left, [](const Component& c) { return c.box.x > 190; }), 4);
}

TEST(ReversedPrint, IsNotSeenInPhotographs) {
  // Dark, with light specks of all sizes.
  cv::Mat ink = paper(400, 300);
  cv::rectangle(ink, {40, 40}, {340, 240}, cv::Scalar(255), cv::FILLED);
  cv::RNG random(3);
  for (int i = 0; i < 250; ++i)
    cv::circle(ink, {random.uniform(50, 330), random.uniform(50, 230)}, random.uniform(1, 4), cv::Scalar(0),
               cv::FILLED);
  const ReversedPrint print(ink, {}, 13);
  EXPECT_THAT(print.letters(), SizeIs(0));
  EXPECT_FALSE(print.clear_areas(ink));
}

TEST(ReversedPrint, IsNotSeenInPrint) {
  cv::Mat ink = paper(500, 300);
  for (int row = 0; row < 14; ++row)  // set solid, and bold
    cv::putText(ink, "OVER THE TOP OF THE ROOM", {10, 30 + 18 * row}, cv::FONT_HERSHEY_SIMPLEX, 0.6,
                cv::Scalar(255), 2);
  const cv::Mat before = ink.clone();
  const ReversedPrint print(ink, find_components(ink), 13);
  EXPECT_THAT(print.letters(), SizeIs(0));
  EXPECT_FALSE(print.clear_areas(ink));
  EXPECT_EQ(cv::countNonZero(ink != before), 0);
}

}  // namespace
}  // namespace ocrbatch::pipeline
