// The vectorized product behind packed_linear.h on raw float32 arrays, dispatched at run time (Highway).
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

struct LinearRows {
  std::int64_t rows = 0, in = 0, out = 0;  // `out` not padded
  std::int64_t stride = 0;                 // numbers from one row of x to the next
  const float* x = nullptr;                // (rows, in)
  const float* weights = nullptr;          // (out padded / 16, in, 16)
  const float* bias = nullptr;             // (out padded)
};

void packed_linear_cpu(const LinearRows& rows, float* to /* (rows, out) */);

}  // namespace ocrbatch::kernels
