// 3x3 convolution with stride 1 and padding 1 for inference on a CPU in float32, by Winograd's minimal
// filtering F(4x4, 3x3) (arXiv 1509.09308): a quarter of the multiplications. Bias, skip connection, ReLU and
// the clearing of what lies behind a line's end happen on the way. On CUDA devices cuDNN has the same.
//
// An output depends on its own image alone, to the last bit.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ocrbatch::kernels {

struct WinogradConvolution {
  std::int64_t in = 0, out = 0;
  at::Tensor weights;  // (blocks of 16 output channels, 36, in, 16) float32
  at::Tensor bias;     // (output channels, padded to 16) float32
};

// weight (out, in, 3, 3), bias (out) or undefined, float32 on the CPU.
WinogradConvolution make_winograd_convolution(const at::Tensor& weight, const at::Tensor& bias);

// maps (batch, in, H, W) float32, channels last; widths (batch) int32: the columns of each image that count,
// from 0 to W; the others are taken for zero. skip: (batch, out, H, W), channels last, or undefined; added
// before the ReLU. Returns (batch, out, H, W), channels last, zero from each width on.
at::Tensor winograd_convolution(const WinogradConvolution& convolution, const at::Tensor& maps,
                                const at::Tensor& widths, const at::Tensor& skip, bool relu);

// The same by the definition: LibTorch's convolution and passes over its result.
at::Tensor winograd_convolution_reference(const at::Tensor& weight, const at::Tensor& bias,
                                          const at::Tensor& maps, const at::Tensor& widths,
                                          const at::Tensor& skip, bool relu);

}  // namespace ocrbatch::kernels
