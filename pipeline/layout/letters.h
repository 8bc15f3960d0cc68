// Letters and rows as the fast layout handles them: in pixels of the layout image with the page's tilt taken
// out, so that the rows of a page run level and its columns upright.
#pragma once

#include <opencv2/core.hpp>
#include <tuple>
#include <vector>

#include "pipeline/layout/row_curve.h"

namespace ocrbatch::pipeline {

// Rows of print run down by `slope` pixels a pixel to the right, and columns lean by as much.
struct Tilt {
  float slope = 0;

  cv::Point2f to_level(const cv::Point2f& page) const {
    return {page.x + slope * page.y, page.y - slope * page.x};
  }
  cv::Point2f to_page(const cv::Point2f& level) const {
    const float scale = 1 + slope * slope;
    return {(level.x - slope * level.y) / scale, (level.y + slope * level.x) / scale};
  }
};

struct Letter {
  float x0 = 0, x1 = 0, top = 0, bottom = 0;  // level
  bool is_leader = false;                     // stands for a row of dots
  float height() const { return bottom - top; }
  float width() const { return x1 - x0; }
  float middle() const { return 0.5F * (x0 + x1); }
  cv::Point2f centre() const { return {middle(), 0.5F * (top + bottom)}; }
};

inline bool from_left(const Letter& a, const Letter& b) {
  return std::tuple(a.x0, a.top, a.x1, a.bottom) < std::tuple(b.x0, b.top, b.x1, b.bottom);
}

// Letters along one baseline.
struct Row {
  std::vector<Letter> letters;  // from left to right
  float x0 = 0, x1 = 0, top = 0, bottom = 0;
  float baseline = 0, slope = 0;  // level straight baseline at `x0`, and what remains of a slope
  RowCurve curve;                 // beside the straight one
  float x_height = 0, ascent = 0, descent = 0;
  bool has_two_heights = false;  // letters with and without ascenders were seen, so that x_height is sure

  float straight_baseline_at(float x) const { return baseline + slope * (x - x0); }
  float baseline_at(float x) const { return straight_baseline_at(x) + curve.at(x); }
  float height() const { return ascent + descent; }
};

}  // namespace ocrbatch::pipeline
