// Lines as either layout finds them, in pixels of the layout image, and what is done with them then.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "kernels/line_preparation.h"
#include "pipeline/layout.h"
#include "pipeline/layout/layout_image.h"

namespace ocrbatch::pipeline {

struct FoundLine {
  cv::Rect box;
  kernels::LineGeometry geometry;
  int block = 0;  // lines of one block, and of one paragraph in it, follow each other
  int paragraph = 0;
  Doubt doubt = Doubt::kNone;

  float slope() const;               // downward per pixel to the right
  float baseline_at(float x) const;  // y
};

// The middle slope of the page's lines, long lines counting more; 0 without lines.
float page_slope(const std::vector<FoundLine>& lines);

// Makes the geometries trustworthy and alike: baselines that point elsewhere than the page's are turned,
// ascent, descent and x-height of lines of one size in one block become the block's. `page_slope` is that of
// the page's lines; those of `lines` where it is not given.
void settle_geometries(std::vector<FoundLine>& lines);
void settle_geometries(std::vector<FoundLine>& lines, float page_slope);

// Adds the print that Tesseract left out (narrow columns of digits, ends of rows, page numbers): letters
// beside a line widen it, others become lines of their own in reading order. `pictures` are areas without
// text.
void add_leftovers(const LayoutImage& image, const std::vector<cv::Rect>& pictures,
                   std::vector<FoundLine>& lines);

}  // namespace ocrbatch::pipeline
