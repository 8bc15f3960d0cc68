// JPEG's losses.
#pragma once

#include <opencv2/core.hpp>

namespace ocrbatch::recognizer {

// Compresses and decompresses `gray` (CV_8UC1) in place; quality 1-100.
void through_jpeg(cv::Mat& gray, int quality);

}  // namespace ocrbatch::recognizer
