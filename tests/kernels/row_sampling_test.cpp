// The vectors that take a line's pixels from the page, held to the function of one pixel.
#include "kernels/row_sampling.h"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <ostream>
#include <vector>

namespace ocrbatch::kernels {
namespace {

struct SamplingCase {
  const char* name;
  cv::Size image;
  Sampling sampling;
  int rows, width;
};

void PrintTo(const SamplingCase& of, std::ostream* stream) {
  *stream << of.name;
}

Sampling tilted(float x_step, float y_step, float slope, cv::Point2f at, bool is_cubic) {
  // The raster's rows run along (1, slope), its columns at right angles to them.
  return {{{x_step, -slope * y_step, at.x}, {slope * x_step, y_step, at.y}}, slope, is_cubic};
}

class RowSampling : public testing::TestWithParam<SamplingCase> {};

TEST_P(RowSampling, TakesWhatOnePixelTakes) {
  const SamplingCase& of = GetParam();
  constexpr int kPaper = 200;
  cv::Mat bordered(of.image.height + 2 * kSamplingBorder, of.image.width + 2 * kSamplingBorder + kReadBehind,
                   CV_8UC1, cv::Scalar(kPaper));
  cv::Mat image = bordered({{kSamplingBorder, kSamplingBorder}, of.image});
  cv::RNG random(3);
  random.fill(image, cv::RNG::UNIFORM, 0, 256);
  const BorderedImage source{image.data, static_cast<std::ptrdiff_t>(image.step), image.cols, image.rows};
  const auto at = [&](int x, int y) {
    return x < 0 || y < 0 || x >= image.cols || y >= image.rows ? kPaper : image.at<uchar>(y, x);
  };

  constexpr uchar kUntouched = 77;
  cv::Mat found(of.rows + 2, of.width + 3, CV_8UC1, cv::Scalar(kUntouched));
  sample_rows(of.sampling, source, 0, of.rows, of.width, found.data, static_cast<std::ptrdiff_t>(found.step));
  // Rows do not depend on those that are taken with them.
  cv::Mat alone(1, of.width, CV_8UC1);
  for (int row = 0; row < of.rows; ++row) {
    sample_rows(of.sampling, source, row, row + 1, of.width, alone.data,
                static_cast<std::ptrdiff_t>(alone.step));
    for (int column = 0; column < of.width; ++column) {
      const int value = found.at<uchar>(row, column);
      ASSERT_NEAR(value, sampled(of.sampling, column, row, at), 1) << "row " << row << ", column " << column;
      ASSERT_NEAR(value, alone.at<uchar>(0, column), 1) << "row " << row << ", column " << column;
    }
  }
  EXPECT_EQ(cv::countNonZero(found.rowRange(of.rows, found.rows) != kUntouched), 0);
  EXPECT_EQ(cv::countNonZero(found.colRange(of.width, found.cols) != kUntouched), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Rasters, RowSampling,
    testing::Values(
        SamplingCase{"as_it_is", {40, 20}, tilted(1, 1, 0, {0, 0}, false), 20, 40},
        SamplingCase{"between_the_pixels", {40, 20}, tilted(1, 1, 0, {0.5F, 0.25F}, true), 20, 40},
        SamplingCase{"enlarged", {300, 50}, tilted(0.37F, 0.41F, 0.013F, {3.2F, 7.7F}, true), 83, 700},
        SamplingCase{"falling", {300, 50}, tilted(0.61F, 0.6F, -0.09F, {1.3F, 40}, true), 33, 500},
        SamplingCase{"shrunk", {900, 90}, tilted(1.7F, 1.6F, 0.02F, {0.3F, 9}, false), 40, 500},
        SamplingCase{"squeezed", {900, 90}, tilted(11.5F, 1.6F, 0.02F, {0.3F, 9}, false), 40, 80},
        SamplingCase{
            "as_steep_as_may_be", {200, 200}, tilted(0.8F, 0.8F, kSteepestLine, {20, -9}, true), 47, 200},
        SamplingCase{"upside_down", {300, 50}, tilted(-0.9F, -0.9F, 0.01F, {280, 45}, true), 40, 300},
        SamplingCase{"over_the_edges", {60, 12}, tilted(0.9F, 0.9F, 0.1F, {-30, -20}, true), 64, 200},
        SamplingCase{"far_from_the_image", {60, 12}, tilted(1, 1, 0.01F, {5000, -3000}, false), 17, 33},
        SamplingCase{"of_one_pixel", {1, 1}, tilted(0.3F, 0.3F, 0, {-1, -1}, true), 9, 9},
        SamplingCase{"one_pixel", {30, 30}, tilted(1, 1, 0.2F, {14.5F, 14.5F}, true), 1, 1},
        SamplingCase{"nothing", {30, 30}, tilted(1, 1, 0, {0, 0}, true), 0, 5}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace ocrbatch::kernels
