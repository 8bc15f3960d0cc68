// Layer normalization (Ba, Kiros and Hinton 2016, arXiv 1607.06450) of rows, for reading: without gradients.
#pragma once

#include <ATen/ATen.h>

namespace ocrbatch::kernels {

// (x - mean) / sqrt(variance + epsilon) * weight + bias of each row of x (..., width), float32 on the CPU;
// the variance is that of the row's own numbers. weight and bias: (width), float32. Rows do not depend on
// each other.
at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon);

}  // namespace ocrbatch::kernels
