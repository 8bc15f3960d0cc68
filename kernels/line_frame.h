// Where a line's raster lies on the page: what prepare_line and its CUDA kernels have in common.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "kernels/baseline_bend.h"
#include "kernels/line_neighbours.h"
#include "kernels/line_preparation.h"
#include "kernels/line_sampling_thread.h"

namespace ocrbatch::kernels {

// An upright raster laid over the page along a line. Distances on the page are in page pixels.
struct LineFrame {
  cv::Point2f top_left;            // on the page
  cv::Point2f along, downward;     // unit vectors of the line on the page
  float x_scale = 1, y_scale = 1;  // raster pixels per page pixel
  int width = 0, height = 0;       // of the raster

  cv::Matx23f to_page() const {
    return {along.x / x_scale, downward.x / y_scale, top_left.x,
            along.y / x_scale, downward.y / y_scale, top_left.y};
  }
};

// The frame that shows from `above` to `below` the baseline (page pixels).
LineFrame frame_between(const LineGeometry& geometry, const LinePreparation& options, float above,
                        float below, float y_scale);

// Weights that average over `width` pixels around a pixel; {1} up to one pixel.
std::vector<float> box_kernel(float width);

// The part of the page that the frame covers, and `reach` pixels around it, more above or below where the
// line bends; empty when it lies beside the page.
cv::Rect covered_part(cv::Size page, const LineFrame& frame, int reach, const BaselineBend& bend);

// Steeper than kSteepestLine.
bool is_steep(const LineFrame& frame);

// How the raster's pixels are taken from the part of a page that begins at `origin`; enlarged enough, with
// smooth edges.
Sampling sampling_of(const LineFrame& frame, cv::Point origin);

// No length, no height, or options that leave none.
bool is_degenerate(const LineGeometry& geometry, const LinePreparation& options);

// The part of the page that holds the line, for its paper and polarity; empty when the line lies outside the
// page.
cv::Rect page_region(cv::Size page, const LineGeometry& geometry);

// The line's zones in a raster that begins `above` the baseline.
LineZone zone_in(const LineGeometry& geometry, float above, float y_scale);

// Rows of the raster that hold the line itself.
cv::Range zone_rows(const LineZone& zone, int height);

}  // namespace ocrbatch::kernels
