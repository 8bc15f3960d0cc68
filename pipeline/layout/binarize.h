// Ink and paper of a page, whatever its light: CV_8UC1 in, CV_8UC1 out, 255 ink and 0 paper.
#pragma once

#include <opencv2/core.hpp>

namespace ocrbatch::pipeline {

// One threshold for the whole page in even light, by its two classes of gray (Otsu 1979).
cv::Mat binarize(const cv::Mat& gray);

inline constexpr double kHalfWay = 0.5, kFaintShare = 0.35;

// Ink by the contrast of its surroundings, so that faint print beside dark print is seen: darker than
// half-way (or another share of the way) between the paper and the darkest there (Bernsen's threshold, with
// the paper's light instead of the brightest), and than grain.
cv::Mat binarize_locally(const cv::Mat& gray, double share = kHalfWay);

}  // namespace ocrbatch::pipeline
