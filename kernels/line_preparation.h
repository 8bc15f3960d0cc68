// Line preparation: cut one text line out of a page along its baseline and bring it into the recognizer's
// geometry.
//
// The same code cuts lines in `scan` and in training, so that a model meets in use what it saw in training.
#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <span>

namespace ocrbatch::kernels {

// Steps from one end of a line to the other at which its baseline may leave the straight line between them.
inline constexpr int kBendSteps = 16;

// Where a line lies, in page pixels (origin top left, pixel centres at +0.5).
struct LineGeometry {
  cv::Point2f baseline_start, baseline_end;  // left to right; the ends of the ink
  float ascent_px =
      0;  // from the baseline up to the top of the tallest letters, perpendicular to the baseline, > 0
  float descent_px = 0;   // from the baseline down to the bottom of the lowest letters, >= 0
  float x_height_px = 0;  // height of a lower-case x; 0 when unknown
  // Of a baseline that bends, as in a book that does not lie flat: how far down the page it is from the
  // straight line at 1/kBendSteps of the way from start to end, 2/kBendSteps, ...; all 0 where it is
  // straight.
  std::array<float, kBendSteps - 1> bend_px = {};
};

struct LinePreparation {
  int height_px = 40;             // height of the prepared line
  int max_width_px = 2560;        // longer lines are squeezed to this width
  float vertical_margin = 0.08F;  // paper kept above ascent and below descent, as a share of ascent + descent
  float horizontal_margin = 0.25F;  // paper kept left and right, as a share of ascent + descent
  bool suppress_neighbours = true;  // whiten ink that belongs to the lines above and below
};

struct PreparedLine {
  cv::Mat pixels;  // CV_8UC1, height_px rows; dark ink (0) on white paper (255) whatever the page's polarity
  cv::Matx23f to_page;  // maps a point of `pixels` to the page: page = to_page * (x, y, 1)
};

// Cuts, deskews, straightens, scales (area-averaged when shrinking), suppresses neighbours' ink and stretches
// the contrast. `page` is CV_8UC1. Parts of the crop outside the page become paper. A degenerate geometry (no
// length, no height) gives an empty `pixels`. Never throws for geometry that lies outside the page.
PreparedLine prepare_line(const cv::Mat& page, const LineGeometry& geometry, const LinePreparation& options);

// The geometry of an image that holds one line, and perhaps what a box around it cuts off the lines above and
// below: trims the paper around the ink and estimates the baseline from the ink's profile. An image without
// ink gives a geometry that covers the whole image.
LineGeometry find_line_geometry(const cv::Mat& image);

}  // namespace ocrbatch::kernels
