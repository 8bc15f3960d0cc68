// The vectorized CPU depthwise convolution on raw float32 arrays, lanes over channels, dispatched at run time
// (Highway). Shapes and meaning as in depthwise_convolution.h.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

struct ConvolutionLine {  // one batch item
  int64_t length = 0, channels = 0;
  int taps = 0;
  const int* offsets = nullptr;  // (taps)
  const float* x = nullptr;      // (length, channels), rows x_stride apart
  int64_t x_stride = 0;
  const float* weight_t = nullptr;  // (taps, channels): the weight transposed
  const float* bias = nullptr;      // (channels)
  bool silu = true;
};

void convolve_forward_cpu(const ConvolutionLine& line, float* out /* (length, channels) */);

// grad_out, grad_x (length, channels); grad_weight_t (taps, channels) and grad_bias (channels) are added to.
// `grad_x` must be zero.
void convolve_backward_cpu(const ConvolutionLine& line, const float* grad_out, float* grad_x,
                           float* grad_weight_t, float* grad_bias);

}  // namespace ocrbatch::kernels
