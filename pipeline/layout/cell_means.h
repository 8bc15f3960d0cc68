// Images at a fraction of their size.
#pragma once

#include <opencv2/core.hpp>

namespace ocrbatch::pipeline {

// Of a CV_8UC1 image, the mean of each whole cell of `cell` by `cell` pixels, of which there must be one;
// what is over at the right and at the bottom belongs to none. cv::resize takes several times as long where a
// side is no multiple of the cell.
cv::Mat mean_of_cells(const cv::Mat& gray, int cell);

// The same for any image: of one cell at least, where it is smaller.
cv::Mat coarse_means(const cv::Mat& gray, int cell);

// The darkest and the lightest pixel of each cell; what is over at the right and at the bottom makes cells,
// too.
struct CellExtremes {
  cv::Mat darkest, lightest;  // CV_8UC1
};
CellExtremes extremes_of_cells(const cv::Mat& gray, int cell);

}  // namespace ocrbatch::pipeline
