#include "pipeline/layout/page_number.h"

#include <algorithm>
#include <cmath>

namespace ocrbatch::pipeline {

bool may_be_page_number(const Row& row, const std::vector<Row>& lines, float letter_px) {
  constexpr float kLowest = 0.75F, kHighest = 1.7F, kAway = 0.8F;  // in usual letters
  constexpr float kOffMiddle = 0.06F;                              // of the lines' width
  if (row.letters.size() != 1 || lines.empty()) return false;
  const float height = row.bottom - row.top;
  if (height < kLowest * letter_px || height > kHighest * letter_px) return false;
  float x0 = 1e9F, x1 = -1e9F, top = 1e9F, bottom = -1e9F;
  for (const Row& line : lines) {
    x0 = std::min(x0, line.x0), x1 = std::max(x1, line.x1);
    top = std::min(top, line.top), bottom = std::max(bottom, line.bottom);
  }
  if (row.top < bottom + kAway * letter_px && row.bottom > top - kAway * letter_px) return false;
  const float middle = 0.5F * (row.x0 + row.x1);
  return std::abs(middle - 0.5F * (x0 + x1)) < kOffMiddle * (x1 - x0) || std::abs(row.x0 - x0) < letter_px ||
         std::abs(row.x1 - x1) < letter_px;
}

}  // namespace ocrbatch::pipeline
