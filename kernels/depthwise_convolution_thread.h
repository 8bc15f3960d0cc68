// The depthwise convolution as one CUDA thread runs it: one channel of one batch item. Compiled for the CPU
// as well, where the tests hold it to the reference. Shapes and meaning as in depthwise_convolution.h.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/per_thread.h"

namespace ocrbatch::kernels {

inline constexpr int kMaxTaps = 16;

struct ConvolutionArrays {  // float32, contiguous, all on one device
  // Packed lines have no padding, and `steps` is the longest one's.
  int64_t batch = 0, steps = 0, channels = 0;
  int taps = 0;
  bool silu = true, packed = false;
  int offsets[kMaxTaps] = {};       // tap k meets x[t + offsets[k]]
  const float* x = nullptr;         // (batch, steps, channels)
  const float* weight = nullptr;    // (channels, taps)
  const float* bias = nullptr;      // (channels)
  const int* lengths = nullptr;     // (batch)
  const int* first_rows = nullptr;  // (batch): where a line begins; rows are (batch, steps) or packed

  OCRBATCH_PER_THREAD int64_t row(int64_t item, int64_t t) const { return first_rows[item] + t; }
};

OCRBATCH_PER_THREAD float convolution_sum(const ConvolutionArrays& in, int64_t item, int64_t channel,
                                          int64_t length, int64_t t) {
  float sum = in.bias[channel];
  for (int k = 0; k < kMaxTaps && k < in.taps; ++k) {
    const int64_t s = t + in.offsets[k];
    if (s >= 0 && s < length)
      sum += in.weight[channel * in.taps + k] * in.x[in.row(item, s) * in.channels + channel];
  }
  return sum;
}

// out (batch, steps, channels): writes the channel's column of the item, zero at and beyond its length.
OCRBATCH_PER_THREAD void convolve_forward_thread(const ConvolutionArrays& in, int64_t item, int64_t channel,
                                                 float* out) {
  const int64_t length = in.lengths[item], end = in.packed ? length : in.steps;
  for (int64_t t = 0; t < end; ++t) {
    float y = 0;
    if (t < length) {
      y = convolution_sum(in, item, channel, length, t);
      if (in.silu) y /= 1.0F + expf(-y);
    }
    out[in.row(item, t) * in.channels + channel] = y;
  }
}

// grad_out and grad_x (batch, steps, channels), grad_x zeroed by the caller. grad_weight (batch, channels,
// taps) and grad_bias (batch, channels) belong to one batch item, to be added up in order.
OCRBATCH_PER_THREAD void convolve_backward_thread(const ConvolutionArrays& in, int64_t item, int64_t channel,
                                                  const float* grad_out, float* grad_x, float* grad_weight,
                                                  float* grad_bias) {
  const int64_t length = in.lengths[item];
  float sum_weight[kMaxTaps] = {}, sum_bias = 0;
  for (int64_t t = 0; t < length; ++t) {
    float dy = grad_out[in.row(item, t) * in.channels + channel];
    if (in.silu) {
      const float y = convolution_sum(in, item, channel, length, t), s = 1.0F / (1.0F + expf(-y));
      dy *= s * (1.0F + y * (1.0F - s));
    }
    sum_bias += dy;
    for (int k = 0; k < kMaxTaps && k < in.taps; ++k) {
      const int64_t s = t + in.offsets[k];
      if (s < 0 || s >= length) continue;
      const int64_t at = in.row(item, s) * in.channels + channel;
      sum_weight[k] += dy * in.x[at];
      grad_x[at] += dy * in.weight[channel * in.taps + k];
    }
  }
  const int64_t shared = item * in.channels + channel;
  for (int k = 0; k < kMaxTaps && k < in.taps; ++k) grad_weight[shared * in.taps + k] = sum_weight[k];
  grad_bias[shared] = sum_bias;
}

}  // namespace ocrbatch::kernels
