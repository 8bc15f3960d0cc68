// The vectorized convolution behind image_convolution.h on raw float32 arrays, dispatched at run time
// (Highway).
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

struct ImageMaps {
  std::int64_t batch = 0, height = 0, columns = 0, out = 0;                        // `out` not padded
  std::int64_t out_size[2] = {}, kernel[2] = {}, stride[2] = {}, padding[2] = {};  // height, width
  const int* widths = nullptr;     // (batch): columns of a result that count
  const float* images = nullptr;   // (batch, height, columns)
  const float* weights = nullptr;  // (out padded / 16, taps, 16)
  const float* bias = nullptr;     // (out padded)
  bool relu = true;
};

// Writes to (batch, out height, out width, out), zeros at and behind each width.
void image_convolution_cpu(const ImageMaps& maps, float* to);

}  // namespace ocrbatch::kernels
