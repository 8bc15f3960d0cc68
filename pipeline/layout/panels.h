// Gray panels with light print: heads of tables and boxes in a color, as on forms and in brochures.
#pragma once

#include <opencv2/core.hpp>

#include "pipeline/layout/cell_means.h"

namespace ocrbatch::pipeline {

// For each cell the gray of the panel that it belongs to, and that of the print on it, both CV_8UC1; a cell
// beyond the panel's borders included, 0 elsewhere.
struct GrayPanels {
  cv::Mat panel, print;
};

// Of a page whose paper has the gray `paper`; `cells` are its cells of `cell` pixels. A panel without print
// is none, nor is gray paper with dark print on it, nor are the bars of charts and cells of tables with light
// rules between them, nor what is dark enough to be ink beside any print.
GrayPanels find_gray_panels(const cv::Mat& page, const CellExtremes& cells, int cell, int paper);

// Whether looking for them is worth its time, from the means of cells: some are gray and like those beside
// and below them, which cells with print are not.
bool may_have_gray_panels(const cv::Mat& means, int paper);

}  // namespace ocrbatch::pipeline
