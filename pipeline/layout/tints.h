// Gray paper behind dark print: the stripes of tables, shaded rows and boxes.
#pragma once

#include <opencv2/core.hpp>

namespace ocrbatch::pipeline {

// `even` is a page in even light (CV_8UC1), `darkest` the darkest pixel of each of its cells of
// kernels::CellRows. For each cell the gray of the paper where that is a tint with dark print on it, a cell
// beyond its borders included, 0 elsewhere (CV_8UC1). A gray bar with light print on it, or with none, is no
// paper.
cv::Mat find_tints(const cv::Mat& even, const cv::Mat& darkest);

}  // namespace ocrbatch::pipeline
