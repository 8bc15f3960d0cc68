// 3x3 convolution with stride 1 and padding 1 for inference on a CPU that multiplies 16-bit numbers faster
// than float32 and has no 8-bit products of its own (x86-64 with AVX2): Winograd's F(4x4, 3x3) (arXiv
// 1509.09308) of maps rounded to bytes, as int8_convolution's are. The input's transformation is exact,
// weights are rounded after theirs, to as many bits as let every sum fit 32 (about 10), and each has a scale
// for its product and its output: the maps' rounding is all that costs accuracy.
//
// An output depends on its own image alone, to the last bit.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ocrbatch::kernels {

struct WinogradInt16 {
  std::int64_t in = 0, out = 0;
  at::Tensor weights;        // (blocks of 16 output channels, 36, in padded to 16 / 2, 16, 2) int16
  at::Tensor weight_scales;  // (blocks, 36, 16) float32
  at::Tensor bias;           // (output channels, padded to 16) float32
};

// weight (out, in, 3, 3), bias (out) or undefined, float32 on the CPU.
WinogradInt16 make_winograd_int16(const at::Tensor& weight, const at::Tensor& bias);

// As winograd_convolution() and int8_convolution(): maps (batch, in, H, W) float32, channels last, none
// negative; widths (batch) int32, the columns that count; skip (batch, out, H, W) or undefined.
at::Tensor winograd_int16(const WinogradInt16& convolution, const at::Tensor& maps, const at::Tensor& widths,
                          const at::Tensor& skip, bool relu);

}  // namespace ocrbatch::kernels
