#include "recognizer/batch_shape.h"

#include <algorithm>

namespace ocrbatch::recognizer {

int BatchShape::bucket(int width_px) const {
  const int step = width_px <= fine_up_to_px ? fine_step_px : coarse_step_px;
  return std::max(fine_step_px, (width_px + step - 1) / step * step);
}

int lines_within(std::int64_t budget_px, int bucket_px, int height_px) {
  return static_cast<int>(std::max<std::int64_t>(1, budget_px / bucket_px / height_px));
}

}  // namespace ocrbatch::recognizer
