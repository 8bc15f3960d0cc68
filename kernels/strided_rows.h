// Rows of numbers that lie apart by a fixed distance: a whole tensor's, or those of a slice of its columns.
#pragma once

#include <ATen/ATen.h>

namespace ocrbatch::kernels {

// Numbers from one row of x (..., width) to the next; 0 where there is no such distance.
inline int64_t row_stride(const at::Tensor& x) {
  if (x.stride(-1) != 1 && x.size(-1) != 1) return 0;
  if (x.dim() < 2) return x.size(-1);
  int64_t expected = x.stride(-2);
  for (int64_t d = x.dim() - 2; d > 0; --d) {
    expected *= x.size(d);
    if (x.stride(d - 1) != expected && x.size(d - 1) != 1) return 0;
  }
  return x.stride(-2);
}

// x in that type with a row stride: x itself where it has both, else a copy.
inline at::Tensor rows_of(const at::Tensor& x, at::ScalarType type) {
  const at::Tensor numbers = x.to(type);
  return row_stride(numbers) > 0 ? numbers : numbers.contiguous();
}

inline at::Tensor float_rows(const at::Tensor& x) {
  return rows_of(x, at::kFloat);
}

}  // namespace ocrbatch::kernels
