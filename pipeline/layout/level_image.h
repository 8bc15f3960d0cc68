// A tilted page's layout image, turned so that its rows run level: boxes of letters on a tilted row are
// higher and wider than the letters are.
#pragma once

#include <opencv2/core.hpp>

#include "pipeline/layout/found_line.h"
#include "pipeline/layout/layout_image.h"

namespace ocrbatch::pipeline {

class LevelImage {
 public:
  // `slope`: of the rows, downward per pixel to the right.
  LevelImage(const LayoutImage& tilted, float slope);

  const LayoutImage& image() const { return level_; }
  // Gives a line found on image() its place on the tilted one.
  void to_tilted(FoundLine& line) const;

 private:
  cv::Point2f on_tilted(const cv::Point2f& level) const;

  LayoutImage level_;
  cv::Matx23f to_tilted_;
};

}  // namespace ocrbatch::pipeline
