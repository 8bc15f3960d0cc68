// The epilogue of a convolution: what follows it in a network's backbone, in one pass over its maps: bias,
// residual connection, ReLU, and zeros behind each line's end, so that the next convolution sees at a line's
// right end what it would see without the batch's padding.
//
//     maps[b, c, y, x] = relu(maps[b, c, y, x] + bias[c] + skip[b, c, y, x])      for x < widths[b], else 0
#pragma once

#include <ATen/core/Tensor.h>

namespace ocrbatch::kernels {

struct ConvolutionEpilogueInputs {
  at::Tensor maps;       // (batch, channels, H, W), channels last in memory; float32, bfloat16 or float16
  at::Tensor bias = {};  // (channels), or undefined: none
  at::Tensor skip = {};  // as maps, or undefined: none
  at::Tensor widths;     // (batch) int32 on the maps' device: columns of each line
  bool relu = true;
};

// In place; returns maps. Computes in float32 and rounds once. No gradient. A CUDA device's widths are not
// read by the CPU: the same launch serves lines of any widths. Throws c10::Error naming what does not fit.
at::Tensor convolution_epilogue(const ConvolutionEpilogueInputs& inputs);

// The definition in plain loops and double precision: a new tensor, float64.
at::Tensor convolution_epilogue_reference(const ConvolutionEpilogueInputs& inputs);

}  // namespace ocrbatch::kernels
