// sampled() (line_sampling_thread.h) for whole rows at a time, in vectors.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/line_sampling_thread.h"

namespace ocrbatch::kernels {

// Pixels around an image that can be read, and are paper; and pixels behind those on the right, which vectors
// read on over and whose values do not matter.
inline constexpr int kSamplingBorder = 4, kReadBehind = 64;

struct BorderedImage {
  const std::uint8_t* pixels = nullptr;  // at (0, 0)
  std::ptrdiff_t stride = 0;
  int width = 0, height = 0;
};

// Rows from `row_begin` to `row_end` of a raster `width` wide, into `to` and the rows behind it. |slope| is
// map[1][0] / map[0][0] and at most kSteepestLine.
void sample_rows(const Sampling& sampling, const BorderedImage& image, int row_begin, int row_end, int width,
                 std::uint8_t* to, std::ptrdiff_t stride);

}  // namespace ocrbatch::kernels
