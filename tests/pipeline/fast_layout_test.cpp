// What the fast layout finds that Tesseract's does not.
#include <gmock/gmock.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "kernels/baseline_bend.h"
#include "pipeline/layout.h"
#include "pipeline/layout/layout_image.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::SizeIs;

io::PageImage blank_page(cv::Size size) {
  io::PageImage page;
  page.gray = cv::Mat(size, CV_8UC1, cv::Scalar(255));
  return page;
}

std::vector<io::Line> find_lines(const io::PageImage& page) {
  LayoutAnalyzer analyzer(LayoutMode::kFast);
  auto layout = analyzer.analyze(page);
  EXPECT_TRUE(layout.ok());
  std::vector<io::Line> lines;
  for (const io::Line* line : lines_in_order(layout.value().blocks)) lines.push_back(*line);
  return lines;
}

void write(io::PageImage& page, const std::string& text, cv::Point at, double size = 1, int gray = 0) {
  cv::putText(page.gray, text, at, cv::FONT_HERSHEY_COMPLEX, size, cv::Scalar(gray), 2, cv::LINE_AA);
}

// Snippets: images of a line, of a word, of a few lines.
TEST(FastLayout, TakesTheImageOfALineOrAWordForOneLine) {
  for (const char* const text : {"a line cut out of a page, to its end", "Cut", "7"}) {
    int baseline = 0;
    const cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_COMPLEX, 1, 2, &baseline);
    io::PageImage page = blank_page({size.width + 8, size.height + baseline + 8});
    write(page, text, {4, size.height + 4});
    const auto lines = find_lines(page);
    ASSERT_THAT(lines, SizeIs(1)) << text;
    EXPECT_LE(lines[0].bbox.x0, 8) << text;
    EXPECT_GE(lines[0].bbox.x1, size.width) << text;
    EXPECT_NEAR(lines[0].baseline_start.y, size.height + 4, 3) << text;
  }
}

TEST(FastLayout, FindsTheLinesOfASnippet) {
  io::PageImage page = blank_page({420, 84});
  write(page, "two lines of print", {6, 32});
  write(page, "in a small image", {6, 70});
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_NEAR(lines[0].baseline_start.y, 32, 3);
  EXPECT_NEAR(lines[1].baseline_start.y, 70, 3);
}

TEST(FastLayout, FindsAFewWordsOnALargePage) {
  io::PageImage page = blank_page({1200, 1600});
  write(page, "Annex 4", {500, 700});
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_NEAR(lines[0].baseline_start.y, 700, 3);
}

// Where each line of a page is, for comparison.
std::vector<cv::Rect> places(const io::PageImage& page) {
  std::vector<cv::Rect> boxes;
  for (const io::Line& line : find_lines(page))
    boxes.emplace_back(cv::Point(line.bbox.x0, line.bbox.y0), cv::Point(line.bbox.x1, line.bbox.y1));
  return boxes;
}

io::PageImage page_of_prose() {
  io::PageImage page = blank_page({900, 700});
  for (int row = 0; row < 10; ++row) write(page, "A line of print on its page", {80, 100 + 50 * row});
  return page;
}

// Every other row of a table on gray, which is as much of the page as white.
TEST(FastLayout, FindsTheRowsOfAStripedTable) {
  constexpr int kRows = 26, kPitch = 32;
  io::PageImage page = blank_page({900, 1000});
  for (int row = 0; row < kRows; ++row) {
    if (row % 2 == 0)
      cv::rectangle(page.gray, {40, 40 + kPitch * row, 820, kPitch}, cv::Scalar(176), cv::FILLED);
    write(page, "An entry of a table and its number", {60, 62 + kPitch * row}, 0.6);
  }
  // A bar without print, and one with light print.
  cv::rectangle(page.gray, {40, 920, 400, 40}, cv::Scalar(130), cv::FILLED);
  cv::rectangle(page.gray, {450, 920, 410, 40}, cv::Scalar(120), cv::FILLED);
  write(page, "A light sum", {460, 950}, 0.9, 255);
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(kRows + 1));
  for (int row = 0; row < kRows; ++row) {
    const io::Box& box = lines[static_cast<std::size_t>(row)].bbox;
    EXPECT_NEAR(box.x0, 60, 6) << row;
    EXPECT_NEAR(box.x1, lines[1].bbox.x1, 6) << row;
    EXPECT_LT(box.y1 - box.y0, kPitch) << row;
  }
}

// Entries that stand on rules, with more dots than letters: an entry and its page are one line.
TEST(FastLayout, FindsUnderlinedContents) {
  constexpr int kEntries = 40, kPitch = 50;
  io::PageImage page = blank_page({1650, 2300});
  for (int i = 0; i < kEntries; ++i) {
    const int baseline = 150 + kPitch * i, end = 400 + 9 * (i % 7);
    cv::putText(page.gray, "An entry of the page", {150, baseline}, cv::FONT_HERSHEY_COMPLEX, 0.7,
                cv::Scalar(0), 1, cv::LINE_AA);
    for (int x = end; x < 1400; x += 11)
      cv::rectangle(page.gray, {x, baseline - 4, 4, 4}, cv::Scalar(0), cv::FILLED);
    cv::putText(page.gray, "27", {1410, baseline}, cv::FONT_HERSHEY_COMPLEX, 0.7, cv::Scalar(0), 1,
                cv::LINE_AA);
    cv::line(page.gray, {150, baseline + 4}, {1440, baseline + 4}, cv::Scalar(0), 2);
  }
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(kEntries));
  for (const io::Line& line : lines) {
    EXPECT_NEAR(line.bbox.x0, 150, 8);
    EXPECT_NEAR(line.bbox.x1, 1436, 8);
  }
}

TEST(FastLayout, FindsThePagesNumber) {
  const std::vector<cv::Rect> lines = places(page_of_prose());
  const int middle = (lines[0].x + lines[0].br().x) / 2;
  for (const cv::Point at :
       {cv::Point(middle - 10, 660), cv::Point(middle - 10, 40), cv::Point(lines[0].x, 660)}) {
    io::PageImage page = page_of_prose();
    write(page, "7", at);
    EXPECT_THAT(find_lines(page), SizeIs(11)) << at;
  }
  io::PageImage page = page_of_prose();
  write(page, "7", {middle + 90, 660});
  EXPECT_THAT(find_lines(page), SizeIs(10));
}

// Letters eight times as high as the page's, with dirt as large as the page's in and beside them.
TEST(FastLayout, FindsATitleFarLargerThanThePrint) {
  io::PageImage page = blank_page({900, 1000});
  cv::putText(page.gray, "Films", {160, 220}, cv::FONT_HERSHEY_SIMPLEX, 6, cv::Scalar(0), 15, cv::LINE_AA);
  for (int row = 0; row < 14; ++row)
    write(page, "Some print under the title of its page", {60, 330 + 44 * row}, 0.7);
  for (const cv::Point at : {cv::Point(218, 190), cv::Point(60, 150), cv::Point(760, 130)})
    cv::ellipse(page.gray, at, {5, 9}, 20, 0, 360, cv::Scalar(0), cv::FILLED);
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(15));
  EXPECT_NEAR(lines[0].baseline_start.y, 220, 12);
  EXPECT_NEAR(lines[0].bbox.x0, 170, 20);
  EXPECT_NEAR(lines[0].bbox.x1, 637, 20);
}

// Dark print beside it takes nothing away: it is few of the letters.
TEST(FastLayout, FindsFaintPrintUnderADarkHeading) {
  io::PageImage page = blank_page({900, 900});
  write(page, "A dark heading", {250, 80}, 1.5, 40);
  for (int row = 0; row < 14; ++row)
    write(page, "Faint print to the end of its line", {60, 160 + 50 * row}, 1, row % 2 == 0 ? 205 : 218);
  cv::Mat grain(page.gray.size(), CV_8SC1);
  cv::theRNG().state = 5;
  cv::randn(grain, 0, 2);
  cv::add(page.gray, grain, page.gray, cv::noArray(), CV_8U);
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(15));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_NEAR(lines[i].bbox.x0, 62, 15) << i;
    EXPECT_NEAR(lines[i].bbox.x1, lines[1].bbox.x1, 15) << i;
  }
}

TEST(FastLayout, FindsTheSameLinesOnANegative) {
  io::PageImage page = page_of_prose();
  const std::vector<cv::Rect> positive = places(page);
  ASSERT_THAT(positive, SizeIs(10));
  page.gray = 255 - page.gray;
  const cv::Mat before = page.gray.clone();
  const std::vector<cv::Rect> negative = places(page);
  ASSERT_THAT(negative, SizeIs(10));
  for (std::size_t i = 0; i < positive.size(); ++i)
    EXPECT_GT((positive[i] & negative[i]).area(), 0.9 * positive[i].area()) << i;
  EXPECT_EQ(cv::countNonZero(page.gray != before), 0);  // lines are cut from it later on
}

TEST(FastLayout, TakesNoBlackLidForANegative) {
  io::PageImage page = page_of_prose(), on_lid = blank_page({1500, 1300});
  on_lid.gray.setTo(10);
  page.gray.copyTo(on_lid.gray({300, 200, 900, 700}));
  const std::vector<cv::Rect> lines = places(on_lid);
  ASSERT_THAT(lines, SizeIs(10));
  EXPECT_NEAR(lines[0].x, 380, 5);
}

// A screen's pixels beside the camera's give a pattern that has more pieces than the print has letters.
TEST(FastLayout, TakesNoDimPhotographOfAScreenForANegative) {
  io::PageImage page = page_of_prose();
  for (int y = 0; y < page.gray.rows; ++y) {
    for (int x = 0; x < page.gray.cols; ++x) {
      const double moire = 30 * std::sin(0.7 * x) * std::sin(0.6 * y);
      auto& gray = page.gray.at<uchar>(y, x);
      gray = cv::saturate_cast<uchar>(30 + gray * 70 / 255.0 + moire);
    }
  }
  const std::vector<cv::Rect> lines = places(page), even = places(page_of_prose());
  ASSERT_THAT(lines, SizeIs(10));
  for (std::size_t i = 0; i < lines.size(); ++i)
    EXPECT_GT((lines[i] & even[i]).area(), 0.8 * even[i].area()) << i;
}

TEST(FastLayout, ReadsLightPrintAtTheSideAndTheHeadOfAPage) {
  io::PageImage page = blank_page({1200, 900});
  page.gray.rowRange(0, 140).setTo(30);
  page.gray.colRange(0, 330).setTo(70);
  write(page, "The head of the page", {60, 90}, 1, 250);
  for (int row = 0; row < 6; ++row) {
    write(page, "Entry here", {40, 230 + 80 * row}, 1, 250);
    write(page, "and a line of the text beside it", {420, 265 + 80 * row});
  }
  const cv::Mat before = page.gray.clone();
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(13));
  EXPECT_NEAR(lines[0].baseline_start.y, 90, 4);
  int at_the_side = 0;
  for (const io::Line& line : lines) at_the_side += line.bbox.x1 < 330 ? 1 : 0;
  EXPECT_EQ(at_the_side, 6);
  EXPECT_EQ(cv::countNonZero(page.gray != before), 0);  // no letter is painted over as a rule
}

// Panels so large that their gray passes for the light that falls on the paper, each beside another gray.
TEST(FastLayout, ReadsLightPrintOnGrayPanels) {
  constexpr int kRows = 5, kPanels = 3;
  io::PageImage page = blank_page({1500, 1300});
  for (int row = 0; row < 8; ++row) write(page, "A line of dark print on its paper", {60, 80 + 60 * row});
  for (int panel = 0; panel < kPanels; ++panel) {
    const int left = 500 * panel;
    page.gray(cv::Rect(left, 560, 500, 500)).setTo(90 + 50 * panel);
    for (int row = 0; row < kRows; ++row)
      write(page, "Light on a panel", {left + 60, 650 + 80 * row}, 1, 250);
  }
  page.gray.rowRange(1060, 1300).setTo(215);  // gray paper
  write(page, "Dark print on gray", {60, 1180});
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(8 + kRows * kPanels + 1));
  int on_panels = 0;
  for (const io::Line& line : lines) {
    const io::Box& box = line.bbox;
    EXPECT_LT(box.y1 - box.y0, 50) << box.y0;
    if (box.y0 < 560 || box.y1 > 1060) continue;
    ++on_panels;
    const double left = std::floor(box.x0 / 500) * 500;
    EXPECT_NEAR(box.x0, left + 60, 8) << box.y0;
    EXPECT_LT(box.x1, left + 500) << box.y0;
  }
  EXPECT_EQ(on_panels, kRows * kPanels);
}

// A page turned far: its lines are those of the level page, turned.
TEST(FastLayout, MeasuresATurnedPageAsALevelOne) {
  io::PageImage page = blank_page({1300, 1000});
  for (int row = 0; row < 12; ++row)
    write(page, "some more words, as usual, on a page", {160, 170 + 62 * row});
  LayoutAnalyzer analyzer(LayoutMode::kFast);
  const auto level = analyzer.analyze(page);
  ASSERT_TRUE(level.ok());
  const auto& expected = level.value().geometries;
  ASSERT_THAT(expected, SizeIs(12));
  for (const double degrees : {8.0, -5.0}) {
    const cv::Mat turn = cv::getRotationMatrix2D({650, 500}, -degrees, 1);
    io::PageImage turned;
    cv::warpAffine(page.gray, turned.gray, turn, page.gray.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT,
                   cv::Scalar(255));
    const auto layout = analyzer.analyze(turned);
    ASSERT_TRUE(layout.ok());
    const auto& found = layout.value().geometries;
    ASSERT_THAT(found, SizeIs(12)) << degrees;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_NEAR(found[i].x_height_px, expected[i].x_height_px, 1) << degrees << ", line " << i;
      EXPECT_NEAR(found[i].ascent_px, expected[i].ascent_px, 1.5) << degrees << ", line " << i;
      for (const auto end : {&kernels::LineGeometry::baseline_start, &kernels::LineGeometry::baseline_end}) {
        const cv::Matx23d map = turn;
        const cv::Vec2d at = map * cv::Vec3d((expected[i].*end).x, (expected[i].*end).y, 1);
        EXPECT_NEAR((found[i].*end).x, at[0], 4) << degrees << ", line " << i;
        EXPECT_NEAR((found[i].*end).y, at[1], 3) << degrees << ", line " << i;
      }
    }
  }
}

// A book that does not lie flat: rows sag by more than their height, those at the page's foot half as much.
TEST(FastLayout, FollowsRowsThatBend) {
  io::PageImage page = blank_page({1300, 1000});
  for (int row = 0; row < 14; ++row)
    write(page, "some more words as usual on a page of a book", {60, 100 + 62 * row});
  const auto flat = find_lines(page);
  ASSERT_THAT(flat, SizeIs(14));
  cv::Mat x(page.gray.size(), CV_32F), y(page.gray.size(), CV_32F);
  const auto below = [](float at_x, float at_y) {
    return 44 * std::sin(3.1416F * at_x / 1300) * (1 - 0.5F * at_y / 1000);
  };
  for (int row = 0; row < y.rows; ++row)
    for (int column = 0; column < y.cols; ++column) {
      const auto at_x = static_cast<float>(column), at_y = static_cast<float>(row);
      x.at<float>(row, column) = at_x, y.at<float>(row, column) = at_y - below(at_x, at_y);
    }
  cv::remap(page.gray.clone(), page.gray, x, y, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  LayoutAnalyzer analyzer(LayoutMode::kFast);
  const auto layout = analyzer.analyze(page);
  ASSERT_TRUE(layout.ok());
  const std::vector<kernels::LineGeometry>& lines = layout.value().geometries;
  ASSERT_THAT(lines, SizeIs(14));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const kernels::LineGeometry& line = lines[i];
    const kernels::BaselineBend bend(line);
    for (const float share : {0.1F, 0.5F, 0.9F}) {
      const cv::Point2f straight = line.baseline_start + share * (line.baseline_end - line.baseline_start);
      const float found = straight.y + bend.at(straight.x);
      EXPECT_NEAR(found, flat[i].baseline_start.y + below(straight.x, found), 4)
          << "line " << i << " at " << share;
    }
    EXPECT_GT(bend.most(), 8) << i;
  }
}

// 2.6 times as high as the page's small letters, and 1.3 times as high as their own row's.
TEST(FastLayout, KeepsTheCapitalsOfAHeading) {
  io::PageImage page = blank_page({1300, 900});
  write(page, "Dark marks of old halls", {80, 120}, 2.2);
  for (int row = 0; row < 10; ++row) write(page, "some more words as usual on a page", {80, 230 + 55 * row});
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(11));
  const int width =
      cv::getTextSize("Dark marks of old halls", cv::FONT_HERSHEY_COMPLEX, 2.2, 2, nullptr).width;
  EXPECT_NEAR(lines[0].bbox.x0, 80, 8);
  EXPECT_NEAR(lines[0].bbox.x1, 80 + width, 12);
}

TEST(FastLayout, ReadsAReceiptRowByRow) {
  io::PageImage page = blank_page({900, 800});
  const char* const items[] = {"Coffee large", "Bread", "Apple juice", "Butter", "Eggs dozen", "Tea"};
  for (int row = 0; row < 6; ++row) {
    write(page, items[row], {60, 120 + 60 * row});
    write(page, std::to_string(row + 2) + ".50", {740, 120 + 60 * row});
  }
  const auto lines = find_lines(page);
  int row = 0, right = 0;
  for (const io::Line& line : lines) {
    EXPECT_NEAR(line.baseline_start.y, 120 + 60 * row, 4);
    right = std::max(right, line.bbox.x1);
    if (line.bbox.x1 > 800) ++row;
  }
  EXPECT_EQ(row, 6);
}

// Dashed rules are more components than the letters between them.
TEST(FastLayout, MeasuresLettersAndNotDashes) {
  io::PageImage page = blank_page({900, 800});
  for (int row = 0; row < 6; ++row) {
    write(page, row % 2 == 0 ? "Total Amount" : "Cash", {60, 120 + 110 * row}, 1.2);
    for (int x = 60; x < 840; x += 18)
      cv::rectangle(page.gray, cv::Rect(x, 165 + 110 * row, 12, 4), cv::Scalar(0), cv::FILLED);
  }
  int words = 0;
  for (const io::Line& line : find_lines(page)) words += line.bbox.y1 - line.bbox.y0 > 15;
  EXPECT_EQ(words, 6);
}

// Printed by needles: the paper shows between rows and columns of dots, a little or clearly.
TEST(FastLayout, PutsPrintTogetherThatConsistsOfDots) {
  for (const auto& [gap_px, lighter] : {std::pair(4, 90), std::pair(3, 120)}) {
    io::PageImage page = blank_page({900, 800});
    for (int row = 0; row < 8; ++row) write(page, "JALAN KAPAR, MUKIM 42100", {60, 120 + 60 * row}, 1.2, 100);
    for (int i = 0; i + gap_px < 800; i += 7) {
      page.gray.rowRange(i, i + gap_px) += cv::Scalar(lighter);
      page.gray.colRange(i, i + gap_px - 1) += cv::Scalar(lighter);
    }
    cv::GaussianBlur(page.gray, page.gray, {0, 0}, 0.8);
    const auto lines = find_lines(page);
    EXPECT_THAT(lines, SizeIs(8)) << lighter;
    for (const io::Line& line : lines) EXPECT_GT(line.bbox.x1 - line.bbox.x0, 400) << lighter;
  }
}

TEST(FastLayout, SeesFaintPrintBesideDarkPrint) {
  io::PageImage page = blank_page({900, 800});
  for (int row = 0; row < 8; ++row)
    write(page, "Quickly faded thermal paper", {60, 120 + 60 * row}, 1, row < 5 ? 0 : 190);
  EXPECT_THAT(find_lines(page), SizeIs(8));
}

TEST(FastLayout, SeesFaintPrintOnAPageThatLiesOnBlack) {
  io::PageImage page = blank_page({900, 800});
  for (int row = 0; row < 8; ++row) write(page, "Quickly faded thermal paper", {120, 160 + 60 * row}, 1, 190);
  page.gray.colRange(0, 80).setTo(0);
  page.gray.colRange(820, 900).setTo(0);
  page.gray.rowRange(0, 60).setTo(0);
  EXPECT_THAT(find_lines(page), SizeIs(8));
}

TEST(FastLayout, FindsLightPrintOnADarkBarAndPrintInAFrame) {
  io::PageImage page = blank_page({900, 800});
  cv::rectangle(page.gray, {40, 80}, {860, 130}, cv::Scalar(0), cv::FILLED);
  write(page, "Invoice for services", {80, 115}, 1, 255);
  cv::rectangle(page.gray, {40, 160}, {860, 600}, cv::Scalar(0), 3);
  for (int row = 0; row < 6; ++row) {
    write(page, "entry in a frame", {60, 210 + 70 * row});
    cv::line(page.gray, {40, 230 + 70 * row}, {860, 230 + 70 * row}, cv::Scalar(0), 2);
  }
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(7));
  EXPECT_NEAR(lines[0].baseline_start.y, 115, 4);
  for (int row = 0; row < 6; ++row) EXPECT_NEAR(lines[row + 1].baseline_start.y, 210 + 70 * row, 4);
}

// Bold print at a low resolution, and words with a stroke through them, are one component.
TEST(FastLayout, IsInDoubtAboutAWordOfOnePiece) {
  io::PageImage page = blank_page({900, 800});
  for (int row = 0; row < 6; ++row) write(page, "Becky Hayden, of this office", {300, 120 + 60 * row});
  write(page, "FROM", {60, 600});
  cv::line(page.gray, {62, 590}, {150, 590}, cv::Scalar(0), 3);
  LayoutAnalyzer analyzer(LayoutMode::kFast);
  auto layout = analyzer.analyze(page);
  ASSERT_TRUE(layout.ok());
  const std::vector<io::Line*> lines = lines_in_order(layout.value().blocks);
  ASSERT_THAT(lines, SizeIs(7));
  ASSERT_THAT(layout.value().doubts, SizeIs(7));
  for (std::size_t i = 0; i < 7; ++i)
    EXPECT_EQ(layout.value().doubts[i], i == 6 ? Doubt::kDoubtful : Doubt::kNone) << i;
  EXPECT_NEAR(lines[6]->bbox.x0, 60, 6);
  EXPECT_NEAR(lines[6]->baseline_start.y, 600, 5);
}

TEST(FastLayout, FindsANumberThatRunsDownTheMargin) {
  io::PageImage page = blank_page({900, 800}), number = blank_page({200, 40});
  for (int row = 0; row < 6; ++row) write(page, "Federal Express Charges", {100, 120 + 60 * row});
  write(number, "81186212", {4, 32});
  cv::rotate(number.gray, number.gray, cv::ROTATE_90_CLOCKWISE);
  number.gray.copyTo(page.gray({800, 300, 40, 200}));
  LayoutAnalyzer analyzer(LayoutMode::kFast);
  auto layout = analyzer.analyze(page);
  ASSERT_TRUE(layout.ok());
  const std::vector<io::Line*> lines = lines_in_order(layout.value().blocks);
  ASSERT_THAT(lines, SizeIs(8));
  EXPECT_EQ(layout.value().doubts[6], Doubt::kDoubtful);
  EXPECT_EQ(layout.value().doubts[7], Doubt::kOtherWay);
  EXPECT_LT(lines[6]->baseline_start.y, lines[6]->baseline_end.y);
  EXPECT_GT(lines[7]->baseline_start.y, lines[7]->baseline_end.y);
  EXPECT_NEAR(lines[6]->bbox.y0, 304, 6);
  EXPECT_NEAR(lines[6]->baseline_start.x, 808, 4);
}

TEST(FastLayout, KeepsADashedRuleOutOfItsLine) {
  io::PageImage page = blank_page({900, 800});
  for (int row = 0; row < 6; ++row) write(page, "Federal Express Charges", {300, 120 + 90 * row});
  for (int x = 30; x < 870; x += 18)
    if (x < 290 || x > 720) cv::rectangle(page.gray, cv::Rect(x, 290, 11, 3), cv::Scalar(0), cv::FILLED);
  const auto lines = find_lines(page);
  ASSERT_THAT(lines, SizeIs(6));
  EXPECT_NEAR(lines[2].bbox.x0, lines[1].bbox.x0, 4);
  EXPECT_NEAR(lines[2].bbox.x1, lines[1].bbox.x1, 4);
}

TEST(FastLayout, LeavesOutPicturesAndTheShadowAtTheEdge) {
  io::PageImage page = blank_page({1000, 900});
  page.gray.colRange(0, 40).setTo(0);
  cv::Mat picture = page.gray({400, 420, 400, 400});
  cv::theRNG().state = 7;
  cv::randu(picture, 0, 255);
  cv::GaussianBlur(picture, picture, {0, 0}, 5);
  cv::normalize(picture, picture, 0, 255, cv::NORM_MINMAX);
  for (int row = 0; row < 6; ++row) write(page, "text above a picture of noise", {120, 100 + 50 * row});
  const auto lines = find_lines(page);
  int text = 0;
  for (const io::Line& line : lines) text += line.bbox.y1 < 390;
  EXPECT_EQ(text, 6);
  EXPECT_LE(lines.size(), 8U);
  for (const io::Line& line : lines) EXPECT_GT(line.bbox.x0, 40);
}

}  // namespace
}  // namespace ocrbatch::pipeline
