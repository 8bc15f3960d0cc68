#include "pipeline/halftone.h"

#include <gmock/gmock.h>

#include <opencv2/imgproc.hpp>
#include <string>

#include "pipeline/layout.h"

namespace ocrbatch::pipeline {
namespace {

void write(cv::Mat& page, const std::string& text, cv::Point at, double size, int gray) {
  cv::putText(page, text, at, cv::FONT_HERSHEY_COMPLEX, size, cv::Scalar(gray), size < 0.5 ? 1 : 2);
}

cv::Mat page_of_print() {
  cv::Mat page(800, 900, CV_8UC1, cv::Scalar(255));
  for (int row = 0; row < 6; ++row) write(page, "Revenue of all four quarters", {60, 300 + 60 * row}, 1, 0);
  for (int row = 0; row < 3; ++row)
    write(page, "small print at the end of the page", {60, 680 + 24 * row}, 0.45, 0);
  return page;
}

// Black dots on white; the darker, the more of four by four there are (ordered dithering).
void add_panel(cv::Mat& page, const cv::Rect& panel, int darkness) {
  constexpr int kOrder[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
  for (int y = panel.y; y < panel.br().y; ++y)
    for (int x = panel.x; x < panel.br().x; ++x)
      page.at<uchar>(y, x) = kOrder[y % 4][x % 4] < darkness ? 0 : 255;
}

std::size_t lines_within(const cv::Mat& page, const cv::Rect& area) {
  LayoutAnalyzer analyzer(LayoutMode::kFast);
  io::PageImage image;
  image.gray = page;
  auto layout = analyzer.analyze(image);
  std::size_t count = 0;
  for (const io::Line* line : lines_in_order(layout.value().blocks))
    count += area.contains({(line->bbox.x0 + line->bbox.x1) / 2, (line->bbox.y0 + line->bbox.y1) / 2}) &&
             line->bbox.x1 - line->bbox.x0 > 300;
  return count;
}

TEST(Halftones, LetPrintBeSeen) {
  const cv::Rect panel(40, 80, 820, 100);
  for (const auto& [darkness, ink] : {std::pair(5, 0), std::pair(11, 255)}) {
    cv::Mat page = page_of_print();
    add_panel(page, panel, darkness);
    write(page, "Precision Castparts Corp.", {80, 145}, 1.2, ink);
    const cv::Mat before = page.clone();
    EXPECT_EQ(lines_within(before, panel), 0U);
    EXPECT_TRUE(smooth_halftones(page));
    EXPECT_GE(lines_within(page, panel), 1U) << "print of " << ink << " on " << darkness << " dots of 16";
    cv::Mat changed = page != before;
    changed(panel).setTo(0);
    EXPECT_LE(cv::boundingRect(changed).height, panel.height + 8);
    EXPECT_EQ(cv::countNonZero(changed.rowRange(panel.br().y + 8, changed.rows)), 0) << "beside the panel";
  }
}

TEST(Halftones, AreNoPrint) {
  cv::Mat page = page_of_print();
  const cv::Mat before = page.clone();
  EXPECT_FALSE(smooth_halftones(page));
  EXPECT_EQ(cv::norm(page, before, cv::NORM_INF), 0);
}

TEST(Halftones, AreOfPagesInTwoLevels) {
  cv::Mat page = page_of_print();
  add_panel(page, {40, 80, 820, 100}, 8);
  cv::GaussianBlur(page, page, {}, 1.5);
  page = page / 2 + 60;
  EXPECT_FALSE(smooth_halftones(page));
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(31, 500), cv::Size(40, 33)}) {
    cv::Mat small(size, CV_8UC1, cv::Scalar(255));
    EXPECT_FALSE(smooth_halftones(small));
  }
}

}  // namespace
}  // namespace ocrbatch::pipeline
