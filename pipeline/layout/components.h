// Connected components of a bilevel image, from its runs.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace ocrbatch::pipeline {

struct Component {
  cv::Rect box;
  int pixels = 0;
};

// The 8-connected components of `ink` (CV_8UC1, 0 paper, anything else ink), ordered by their first run: top
// to bottom, left to right.
std::vector<Component> find_components(const cv::Mat& ink);

}  // namespace ocrbatch::pipeline
