// A network's first convolution, from images of one channel, for inference on a CPU in float32. Bias, ReLU
// and the clearing of what lies behind a line's end happen on the way, and the result is channels last, which
// LibTorch's own is not where there is one channel. The reference is at::conv2d; on CUDA devices cuDNN has
// the same.
//
// An output depends on its own image alone, to the last bit.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

#include "kernels/packed_linear.h"

namespace ocrbatch::kernels {

struct ImageConvolution {
  PackedLinear taps;                                          // (kernel height * kernel width) -> out
  std::array<std::int64_t, 2> kernel{}, stride{}, padding{};  // height, width
};

// weight (out, 1, kernel height, kernel width), bias (out) or undefined, float32 on the CPU.
ImageConvolution make_image_convolution(const at::Tensor& weight, const at::Tensor& bias,
                                        std::array<std::int64_t, 2> stride,
                                        std::array<std::int64_t, 2> padding);

// images (batch, 1, H, W) float32; widths (batch) int32: the columns of each result that count, from 0 to W'.
// Returns (batch, out, H', W'), channels last, zero from each width on.
at::Tensor image_convolution(const ImageConvolution& convolution, const at::Tensor& images,
                             const at::Tensor& widths, bool relu);

}  // namespace ocrbatch::kernels
