// The one-cycle learning rate (arXiv 1708.07120) with cosine halves, as torch.optim.lr_scheduler.OneCycleLR
// has it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace ocrbatch::recognizer {

struct OneCycle {
  double peak = 1e-3;
  std::int64_t steps = 1;
  double warmup = 0.05;           // share of the steps that climb
  double start_divisor = 25;      // start at peak / start_divisor
  double end_divisor = 25 * 1e4;  // end at peak / end_divisor

  // Learning rate of step 0 .. steps-1.
  double at(std::int64_t step) const {
    const double climb = std::max(1.0, warmup * static_cast<double>(steps)) - 1;
    const double last = static_cast<double>(steps - 1), now = std::min(static_cast<double>(step), last);
    if (now <= climb) return between(peak / start_divisor, peak, climb > 0 ? now / climb : 1.0);
    return between(peak, peak / end_divisor, (now - climb) / std::max(1.0, last - climb));
  }

 private:
  static double between(double from, double to, double share) {
    return to + (from - to) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  }
};

}  // namespace ocrbatch::recognizer
