#include "kernels/cell_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/gray_histogram.h"

namespace ocrbatch::kernels {
namespace {

cv::Mat noise(int rows, int columns) {
  cv::Mat image(rows, columns, CV_8UC1);
  cv::theRNG().state = 11;
  if (!image.empty()) cv::randu(image, 0, 256);
  return image;
}

// The definition: bilinear between the centres, the outermost value beyond them.
double value_at(const cv::Mat& cells, int y, int x) {
  const auto place = [](int pixel, int count) {
    return std::clamp((pixel + 0.5) / CellRows::kCell - 0.5, 0.0, count - 1.0);
  };
  const double v = place(y, cells.rows), u = place(x, cells.cols);
  const int top = static_cast<int>(v), left = static_cast<int>(u);
  const int bottom = std::min(top + 1, cells.rows - 1), right = std::min(left + 1, cells.cols - 1);
  const double b = v - top, r = u - left;
  return (1 - b) * ((1 - r) * cells.at<uchar>(top, left) + r * cells.at<uchar>(top, right)) +
         b * ((1 - r) * cells.at<uchar>(bottom, left) + r * cells.at<uchar>(bottom, right));
}

TEST(CellRows, AreBilinearBetweenTheCentresOfCells) {
  for (const cv::Size cells : {cv::Size(1, 1), cv::Size(1, 5), cv::Size(7, 1), cv::Size(9, 4)}) {
    const cv::Mat values = noise(cells.height, cells.width);
    // Pages that end within a cell, with it, and beyond what is known.
    for (const int width : {1, 8 * cells.width - 3, 8 * cells.width, 8 * cells.width + 21}) {
      CellRows rows(values, width);
      for (int y = 0; y < 8 * cells.height + 11; ++y) {
        const std::uint8_t* const row = rows.row(y);
        for (int x = 0; x < width; ++x)
          ASSERT_EQ(row[x], std::floor(value_at(values, y, x) + 0.5)) << "row " << y << ", column " << x;
      }
    }
  }
}

TEST(CellRows, DoNotDependOnWhichRowsWereAskedForBefore) {
  const cv::Mat values = noise(4, 6);
  CellRows rows(values, 48);
  const std::vector<std::uint8_t> once(rows.row(13), rows.row(13) + 48);
  rows.row(30);
  rows.row(2);
  EXPECT_EQ(once, std::vector<std::uint8_t>(rows.row(13), rows.row(13) + 48));
}

TEST(GrayHistogram, CountsEveryPixelOfEveryStepthRow) {
  for (const cv::Size size : {cv::Size(0, 0), cv::Size(1, 1), cv::Size(3, 2), cv::Size(4, 3),
                              cv::Size(37, 11), cv::Size(403, 301)}) {
    const cv::Mat image = noise(size.height, size.width);
    for (const int step : {1, 2, 5}) {
      GrayHistogram expected{};
      for (int y = 0; y < image.rows; y += step)
        for (int x = 0; x < image.cols; ++x) ++expected[image.at<uchar>(y, x)];
      EXPECT_EQ(histogram_of(image, step), expected) << size << " by " << step;
    }
  }
}

TEST(GrayHistogram, SplitsWhereTheVarianceBetweenTheClassesIsLargest) {
  GrayHistogram counts{};
  counts[20] = 100, counts[30] = 100, counts[200] = 500, counts[220] = 300;
  const TwoClasses classes = split_in_two(counts);
  EXPECT_EQ(classes.darkest_light, 31);
  EXPECT_DOUBLE_EQ(classes.dark_mean, 25);
  EXPECT_DOUBLE_EQ(classes.light_mean, 207.5);
  EXPECT_DOUBLE_EQ(classes.dark_share, 0.2);
  EXPECT_EQ(percentile(counts, 0.15), 30);
  EXPECT_EQ(percentile(counts, 0.9), 220);
}

TEST(GrayHistogram, OfOneValueNoPixelIsDark) {
  GrayHistogram counts{};
  counts[90] = 12;
  const TwoClasses classes = split_in_two(counts);
  EXPECT_EQ(classes.dark_share, 0);
  EXPECT_EQ(classes.darkest_light, 0);
  EXPECT_EQ(split_in_two(GrayHistogram{}).dark_share, 0);
  EXPECT_EQ(percentile(GrayHistogram{}, 0.5), 255);
}

}  // namespace
}  // namespace ocrbatch::kernels
