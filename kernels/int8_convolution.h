// A convolution for inference on a CPU in products of bytes, of maps that are not negative, as those behind a
// ReLU: weights of 8 bits with a scale for each output channel, an image's maps of 8 bits with one scale,
// their largest value being 255. Bias, skip connection, ReLU and the clearing of what lies behind a line's
// end happen on the way. For processors with an int8_speedup(). The reference is at::conv2d of the rounded
// maps and weights.
//
// An output depends on its own image alone, to the last bit.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace ocrbatch::kernels {

struct Int8Convolution {
  std::int64_t in = 0, out = 0;
  std::array<std::int64_t, 2> kernel{}, stride{}, padding{};  // height, width
  at::Tensor
      weights;        // (blocks of 16 output channels, kernel height * width * in / 4 rounded up, 16, 4) int8
  at::Tensor scales;  // (output channels, padded to 16) float32
  at::Tensor bias;    // (output channels, padded to 16) float32
};

// weight (out, in, kernel height, kernel width), bias (out) or undefined, on the CPU.
Int8Convolution make_int8_convolution(const at::Tensor& weight, const at::Tensor& bias,
                                      std::array<std::int64_t, 2> stride,
                                      std::array<std::int64_t, 2> padding);

// maps (batch, in, H, W) on the CPU, zero behind each line's end, negative values taken for zero; widths
// (batch) int32: the columns of each result that count, from 0 to W'. skip: (batch, out, H', W') or
// undefined, added before the ReLU. Returns (batch, out, H', W') float32, channels last, zero from each width
// on.
at::Tensor int8_convolution(const Int8Convolution& convolution, const at::Tensor& maps,
                            const at::Tensor& widths, const at::Tensor& skip, bool relu);

}  // namespace ocrbatch::kernels
