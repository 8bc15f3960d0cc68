// A linear layer for inference on a CPU in float32, y = x W^T + b, with the weights laid out once for the
// product. Small matrices are what it is made for: some hundred rows, some hundred columns. The reference is
// at::linear; on CUDA devices cuBLAS has the same.
//
// A row of y depends on its own row of x alone, to the last bit.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ocrbatch::kernels {

struct PackedLinear {
  std::int64_t in = 0, out = 0;
  at::Tensor weights;  // (blocks of 16 columns, in, 16) float32
  at::Tensor bias;     // (columns, padded to 16) float32
};

// weight (out, in), bias (out) or undefined, float32 on the CPU.
PackedLinear make_packed_linear(const at::Tensor& weight, const at::Tensor& bias);

// x (..., in) float32 -> (..., out). Rows of x may lie apart, as those of a slice do.
at::Tensor packed_linear(const PackedLinear& linear, const at::Tensor& x);

}  // namespace ocrbatch::kernels
