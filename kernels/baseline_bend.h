// How a line's baseline leaves the straight line between its ends (LineGeometry::bend_px).
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/line_preparation.h"

namespace ocrbatch::kernels {

class BaselineBend {
 public:
  explicit BaselineBend(const LineGeometry& geometry)
      : start_(geometry.baseline_start.x), length_(geometry.baseline_end.x - geometry.baseline_start.x) {
    std::ranges::copy(geometry.bend_px, below_ + 1);
    const auto [least, most] = std::minmax_element(std::begin(below_), std::end(below_));
    least_ = *least, most_ = *most;
  }

  bool is_straight() const { return (least_ == 0 && most_ == 0) || !(length_ > 1); }
  // Page pixels below the straight line: the least and the most (0 among them), and those at the page's
  // column x, linear between the steps; 0 beyond the ends.
  float least() const { return is_straight() ? 0 : least_; }
  float most() const { return is_straight() ? 0 : most_; }
  float at(float x) const {
    if (is_straight()) return 0;
    const float step = std::clamp((x - start_) / length_, 0.0F, 1.0F) * kBendSteps;
    const int before = std::min(static_cast<int>(step), kBendSteps - 1);
    return below_[before] + (step - static_cast<float>(before)) * (below_[before + 1] - below_[before]);
  }

 private:
  float start_, length_;
  float below_[kBendSteps + 1] = {};
  float least_ = 0, most_ = 0;
};

}  // namespace ocrbatch::kernels
