// Gray paper behind dark print: the stripes of tables, shaded rows and boxes.
#pragma once

#include <opencv2/core.hpp>

#include "pipeline/layout/cell_means.h"

namespace ocrbatch::pipeline {

// For each cell of a page in even light the gray of the paper where that is a tint with dark print on it, a
// cell beyond its borders included, 0 elsewhere (CV_8UC1). A gray bar with light print on it, or with none,
// is no paper.
cv::Mat find_tints(const CellExtremes& cells);

}  // namespace ocrbatch::pipeline
