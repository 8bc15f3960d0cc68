// Small pieces of pages for tests of the fast layout.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

inline cv::Mat paper(int width, int height) {
  return cv::Mat(height, width, CV_8UC1, cv::Scalar(0));
}

// Letters 8 px wide and `height` high, 4 px apart, on one baseline.
inline std::vector<Letter> word(float x, float baseline, int count, float height = 10) {
  std::vector<Letter> letters;
  for (int i = 0; i < count; ++i) {
    const float start = x + 12.0F * static_cast<float>(i);
    letters.push_back({start, start + 8, baseline - height, baseline});
  }
  return letters;
}

inline std::vector<Letter> operator+(std::vector<Letter> a, const std::vector<Letter>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace ocrbatch::pipeline
