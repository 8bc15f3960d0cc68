// Pieces of rows that are no print: dirt, texture of pictures, slivers at the page's edges.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/components.h"
#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// What is known of the page, in pixels of the layout image.
struct PageFacts {
  cv::Size size;
  float letter_px = 0;  // height of usual letters
  Tilt tilt;
  std::vector<cv::Rect2f> pictures;  // as they lie on the page, not levelled
};

// Pictures: large and mostly dark.
std::vector<cv::Rect2f> find_pictures(const std::vector<Component>& components, float letter_px);

// Takes out the rows that are no print. `small`: components too small for letters, from top to bottom.
// Returns those of them that may be words after all, whose letters run together or have lost their shape, or
// letters that have a mark: who can read them will know.
std::vector<Row> take_out_strays(std::vector<Row>& rows, const std::vector<Letter>& small,
                                 const PageFacts& page);

}  // namespace ocrbatch::pipeline
