// Lays a line out on a patch of virtual page, with what stands around it: other lines, rules, boxes, dirt.
#pragma once

#include <opencv2/core.hpp>

#include "kernels/line_preparation.h"
#include "recognizer/synth/synth_config.h"

#include "recognizer/synth/typesetter.h"

namespace ocrbatch::recognizer {

struct PagePatch {
  cv::Mat ink;  // CV_8UC1, 0 paper, 255 ink
  double x_height_px = 0;
  kernels::LineGeometry font_box;  // the line as the font's heights have it
  kernels::LineGeometry
      ink_box;  // the line as its own ink has it: no ascenders, no height above the x-height
};

// What a line and its neighbours say, set in faces that show it. `font` is the page's main face.
struct PageText {
  std::vector<TextRun> line;
  std::u32string above, below;
  const Font* font = nullptr;
};

// An empty `ink` when nothing was drawn.
PagePatch make_page(const PageText& text, const DocumentStyle& style, Typesetter& typesetter, Random& random);

}  // namespace ocrbatch::recognizer
