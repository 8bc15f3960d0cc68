// The convolution of winograd_convolution.h for training on a CPU in float32: the result and the maps'
// gradient, which is the same convolution with its weights turned around, by Winograd's filtering; the
// weights' gradient by LibTorch.
#pragma once

#include <ATen/core/Tensor.h>

namespace ocrbatch::kernels {

// maps (batch, in, H, W), weight (out, in, 3, 3), float32 on the CPU. Returns (batch, out, H, W), channels
// last; stride 1, padding 1, no bias. Differentiable in maps and weight.
at::Tensor winograd_convolution_in_training(const at::Tensor& maps, const at::Tensor& weight);

}  // namespace ocrbatch::kernels
