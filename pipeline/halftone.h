// Gray panels of pages in two levels, as scanners and fax machines write them: clouds of black dots.
#pragma once

#include <opencv2/core.hpp>

namespace ocrbatch::pipeline {

// Makes areas of dots gray, so that print on them, or in white within them, can be told from the dots. `page`
// is CV_8UC1. Returns whether there were any; other pages, and what lies beside such areas, stay as they are.
bool smooth_halftones(cv::Mat& page);

}  // namespace ocrbatch::pipeline
