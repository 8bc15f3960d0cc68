// The picture of a page in which lines are searched: bilevel, at a size at which that is both quick and
// right, whatever the light and the resolution of the page.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "io/reader.h"
#include "pipeline/layout/components.h"
#include "pipeline/layout/letter_neighbours.h"

namespace ocrbatch::pipeline {

struct LayoutImage {
  cv::Mat ink;                        // CV_8UC1: 255 ink, 0 paper
  std::vector<Component> components;  // of `ink`
  double x_scale = 1;                 // pixels of `ink` per pixel of the page
  double y_scale = 1;
  int dpi = 300;                // of `ink`, as far as the print's size tells
  LetterNeighbours neighbours;  // before anything is mended, which would join letters one above the other
  double letter_px = 0;         // median height of letter-like components; 0 for a page without any
};

// For Tesseract, which is at its best with letters of one size.
LayoutImage make_layout_image(const io::PageImage& page);

// In one go where letters come out large enough for components to be told apart.
LayoutImage make_quick_layout_image(const io::PageImage& page);

}  // namespace ocrbatch::pipeline
