// Takes the pixels of a line's raster from the page.
#pragma once

#include <opencv2/core.hpp>

#include "kernels/line_frame.h"

namespace ocrbatch::kernels {

// The pixels of the page under the frame. When shrinking, each is the average over its area on the page, so
// that thin strokes fade but do not break: the page is averaged first and sampled once (a third of the time
// of sampling every page pixel).
class LineSampler {
 public:
  // `page` is CV_8UC1; what lies outside has the paper's level. A frame that is not steep follows the line's
  // bend.
  LineSampler(const cv::Mat& page, const LineFrame& frame, const BaselineBend& bend, int paper_level);
  // Those rows of the frame, into the same rows of `raster`, CV_8UC1 of the frame's size.
  void sample(cv::Range rows, cv::Mat& raster) const;

 private:
  cv::Mat source_;  // the part of the page under the frame with paper around it; empty: all is paper
  cv::Size part_;
  Sampling sampling_;
  bool is_steep_ = false;
  int paper_level_ = 255;
};

}  // namespace ocrbatch::kernels
