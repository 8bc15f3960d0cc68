// The vectorized 3x3 convolution behind winograd_convolution.h on raw float32 arrays, lanes over channels,
// dispatched at run time (Highway).
#pragma once

#include <cstdint>

#include "kernels/winograd_tiles.h"

namespace ocrbatch::kernels {

struct WinogradMaps {
  WinogradResult result;
  std::int64_t in = 0;
  const float* maps = nullptr;     // (batch, height, columns, in)
  const float* weights = nullptr;  // as winograd_weights_cpu leaves them
};

// weight (out, in, 3, 3) -> to (out padded / 16, 36, in, 16).
void winograd_weights_cpu(const float* weight, std::int64_t out, std::int64_t in, float* to);

void winograd_convolution_cpu(const WinogradMaps& maps, float* to);

}  // namespace ocrbatch::kernels
