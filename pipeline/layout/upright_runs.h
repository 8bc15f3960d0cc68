// Ink and paper along the columns of a bilevel image (CV_8UC1: 255 ink, 0 paper), a row of columns at a time.
// Beyond the image is paper.
#pragma once

#include <opencv2/core.hpp>

namespace ocrbatch::pipeline {

// The image with each column's runs of ink a pixel longer at either end.
cv::Mat lengthen_upright(const cv::Mat& ink);

// Only what lies in runs of at least `length` pixels (1 to 255).
cv::Mat long_upright_runs(const cv::Mat& ink, int length);

// The image with the gaps between ink above and below filled that are no longer than `longest` pixels (0 to
// 254).
cv::Mat fill_upright_gaps(const cv::Mat& ink, int longest);

}  // namespace ocrbatch::pipeline
