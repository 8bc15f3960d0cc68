// What is behind layer_norm.h, on raw float32 arrays, dispatched at run time (Highway).
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

struct NormRows {
  std::int64_t rows = 0, width = 0;
  std::int64_t stride = 0;        // numbers from one row of x to the next
  const float* x = nullptr;       // (rows, width)
  const float* weight = nullptr;  // (width)
  const float* bias = nullptr;    // (width)
  float epsilon = 0;
};

void layer_norm_cpu(const NormRows& rows, float* to /* (rows, width) */);

}  // namespace ocrbatch::kernels
