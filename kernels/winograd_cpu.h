// The vectorized 3x3 convolution behind winograd_convolution.h on raw float32 arrays, lanes over channels,
// dispatched at run time (Highway).
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

// F(4x4, 3x3): tiles of 4 x 4 outputs are computed from 6 x 6 inputs by as many products.
inline constexpr std::int64_t kWinogradProducts = 36;

struct WinogradMaps {
  std::int64_t batch = 0, height = 0, columns = 0, in = 0, out = 0;  // `out` not padded
  const int* widths = nullptr;     // (batch): columns that an image has; the rest counts as zero
  const float* maps = nullptr;     // (batch, height, columns, in)
  const float* weights = nullptr;  // as winograd_weights_cpu leaves them
  const float* bias = nullptr;     // (out padded)
  const float* skip = nullptr;     // (batch, height, columns, out) or null: added before the ReLU
  bool relu = true;
};

// weight (out, in, 3, 3) -> to (out padded / 16, 36, in, 16).
void winograd_weights_cpu(const float* weight, std::int64_t out, std::int64_t in, float* to);

// Writes to (batch, height, columns, out), zeros at and behind each image's width.
void winograd_convolution_cpu(const WinogradMaps& maps, float* to);

}  // namespace ocrbatch::kernels
