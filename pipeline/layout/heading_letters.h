// Letters far larger than a page's usual print: titles and headings.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/components.h"

namespace ocrbatch::pipeline {

// For each of the `components` of `ink` (CV_8UC1, 255 ink) whether it is such a letter: as thick in its
// strokes as letters of its height are, and beside others of its size on one baseline. `letter_px` is the
// height of usual letters. Their strokes are as long as rules are, and as wide and high as the edges of
// pictures.
std::vector<bool> find_heading_letters(const cv::Mat& ink, const std::vector<Component>& components,
                                       double letter_px);

}  // namespace ocrbatch::pipeline
