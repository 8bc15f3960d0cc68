// The gray value between the pixels of a page: what a pixel of a line's raster is. Plain reference of
// row_sampling.h and what each CUDA thread does.
#pragma once

#include <cmath>

#include "kernels/per_thread.h"

namespace ocrbatch::kernels {

// From a raster's pixels (column, row) to an image's (x, y), both counted by their centres as whole numbers:
//   x = map[0][0] * column + map[0][1] * row + map[0][2], y alike.
// Values are taken down the image's columns first, then along the line: each column of pixels beside x gives
// its value at the height where the line through (x, y) crosses it, `slope` rows per column, so that a tilted
// line is read as a level one.
struct Sampling {
  float map[2][3] = {};
  float slope = 0;
  bool is_cubic = false;  // between four pixels (Keys' cubic with a = kKeysCubic); else linear between two
};

inline constexpr float kKeysCubic = -0.75F;

// Lines steeper than this are taken without their slope.
inline constexpr float kSteepestLine = 0.5F;

// What a pixel weighs at that distance.
OCRBATCH_PER_THREAD float sampling_weight(bool is_cubic, float distance) {
  const float d = fabsf(distance);
  if (!is_cubic) return d < 1 ? 1 - d : 0.0F;
  constexpr float a = kKeysCubic;
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0.0F;
}

// at(x, y) is the image's gray value, paper beyond its edges.
template <class At>
OCRBATCH_PER_THREAD int sampled(const Sampling& s, int column, int row, const At& at) {
  const auto c = static_cast<float>(column), r = static_cast<float>(row);
  const float x = s.map[0][0] * c + s.map[0][1] * r + s.map[0][2],
              y = s.map[1][0] * c + s.map[1][1] * r + s.map[1][2];
  const int before = s.is_cubic ? 1 : 0, behind = s.is_cubic ? 2 : 1;
  const int left = static_cast<int>(floorf(x));
  float sum = 0;
  for (int i = left - before; i <= left + behind; ++i) {
    const float x_weight = sampling_weight(s.is_cubic, static_cast<float>(i) - x);
    // Many lines lie straight on the page's rows.
    if (x_weight == 0) continue;
    const float height = y + s.slope * (static_cast<float>(i) - x);
    const int top = static_cast<int>(floorf(height));
    float column_value = 0;
    for (int j = top - before; j <= top + behind; ++j) {
      const float weight = sampling_weight(s.is_cubic, static_cast<float>(j) - height);
      if (weight != 0) column_value += weight * static_cast<float>(at(i, j));
    }
    sum += x_weight * column_value;
  }
  return static_cast<int>(rintf(fminf(fmaxf(sum, 0.0F), 255.0F)));
}

}  // namespace ocrbatch::kernels
