// How often gray values occur, and what that tells of ink and paper.
#pragma once

#include <array>
#include <opencv2/core.hpp>

namespace ocrbatch::kernels {

using GrayHistogram = std::array<int, 256>;

// Of every `row_step`-th row of a CV_8UC1 image.
GrayHistogram histogram_of(const cv::Mat& gray, int row_step = 1);

// The value that `share` (0 to 1) of the pixels do not exceed; 255 without pixels.
int percentile(const GrayHistogram& counts, double share);

struct TwoClasses {
  double dark_mean = 255, light_mean = 255, dark_share = 0;
  int darkest_light = 0;  // values below are of the dark class
};

// The two classes with the largest variance between them (Otsu 1979); of a single value no pixel is dark.
TwoClasses split_in_two(const GrayHistogram& counts);

}  // namespace ocrbatch::kernels
