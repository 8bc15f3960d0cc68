// A linear layer for inference on a CPU in products of bytes, y = x W^T + b: weights of 8 bits with a scale
// for each output (its largest |w| is int8_weight_limit()), rows of x of 8 bits with a scale for each row,
// found on the way. For processors with an int8_speedup(). The reference is at::linear of the rounded
// matrices.
//
// A row of y depends on its own row of x alone, to the last bit.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ocrbatch::kernels {

struct Int8Linear {
  std::int64_t in = 0, out = 0;
  at::Tensor weights;  // (blocks of 16 columns, in / 4 rounded up, 16, 4) int8
  at::Tensor offsets;  // (columns, padded to 16) int32: takes 128 times a column's weights off its sums
  at::Tensor scales;   // (columns, padded to 16) float32
  at::Tensor bias;     // (columns, padded to 16) float32
};

// weight (out, in), bias (out) or undefined, on the CPU.
Int8Linear make_int8_linear(const at::Tensor& weight, const at::Tensor& bias);

// x (..., in) -> (..., out) float32. Rows of x may lie apart, as those of a slice do. `skip`, where defined,
// is added: float32 of the result's shape.
at::Tensor int8_linear(const Int8Linear& linear, const at::Tensor& x, const at::Tensor& skip = {});

}  // namespace ocrbatch::kernels
