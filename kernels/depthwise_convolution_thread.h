// The depthwise convolution as one CUDA thread runs it: some steps of one channel of one batch item. Compiled
// for the CPU as well, where the tests hold it to the reference. Shapes and meaning as in
// depthwise_convolution.h.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/per_thread.h"

namespace ocrbatch::kernels {

inline constexpr int kMaxTaps = 16;

// Steps of a thread: enough for the taps' reach beyond them to cost little, few enough for short lines to
// occupy many threads.
inline constexpr int64_t kConvolutionSteps = 64;

// All on one device. Number: float, or a half-precision type of the device's or of LibTorch's; what is
// computed, and what lines share, is float32. Rows of x may lie apart, as those of slices do.
template <class Number>
struct ConvolutionArrays {
  // Packed lines have no padding, and `steps` is the longest one's.
  int64_t batch = 0, steps = 0, channels = 0;
  int taps = 0;
  bool silu = true, packed = false;
  bool last_tap_first = false;      // of the anticausal window
  int first_offset = 0;             // the taps meet x[t + first_offset], x[t + first_offset + 1], ...
  const Number* x = nullptr;        // (batch, steps, channels)
  int64_t x_stride = 0;             // numbers from one row to the next
  const float* weight = nullptr;    // (channels, taps)
  const float* bias = nullptr;      // (channels)
  const int* lengths = nullptr;     // (batch)
  const int* first_rows = nullptr;  // (batch): where a line begins; rows are (batch, steps) or packed

  OCRBATCH_PER_THREAD int64_t row(int64_t item, int64_t t) const { return first_rows[item] + t; }
  OCRBATCH_PER_THREAD int64_t parts() const { return (steps + kConvolutionSteps - 1) / kConvolutionSteps; }
  OCRBATCH_PER_THREAD int last_offset() const { return first_offset + taps - 1; }
  OCRBATCH_PER_THREAD int64_t item_steps(int64_t item) const { return packed ? lengths[item] : steps; }
};

// The same arrays with their numbers' type.
template <class Number>
ConvolutionArrays<Number> typed(const ConvolutionArrays<void>& in) {
  ConvolutionArrays<Number> to;
  to.batch = in.batch, to.steps = in.steps, to.channels = in.channels, to.taps = in.taps;
  to.silu = in.silu, to.packed = in.packed;
  to.last_tap_first = in.last_tap_first, to.first_offset = in.first_offset;
  to.x = static_cast<const Number*>(in.x), to.x_stride = in.x_stride;
  to.weight = in.weight, to.bias = in.bias, to.lengths = in.lengths, to.first_rows = in.first_rows;
  return to;
}

// The last numbers that went by, in registers: `taps` of kCapacity, the newest behind, so that its place is
// known at compile time.
template <int kCapacity>
struct LastNumbers {
  float numbers[kCapacity] = {};

  OCRBATCH_PER_THREAD void push(float number) {
    for (int k = 0; k + 1 < kCapacity; ++k) numbers[k] = numbers[k + 1];
    numbers[kCapacity - 1] = number;
  }
};

// What a thread knows of its channel, and the x that the taps meet.
template <int kCapacity, class Number>
struct ConvolutionChannel {
  const ConvolutionArrays<Number>& in;
  int64_t item, channel, length;
  float weights[kCapacity] = {}, bias;
  LastNumbers<kCapacity> x;

  OCRBATCH_PER_THREAD ConvolutionChannel(const ConvolutionArrays<Number>& arrays, int64_t of_item,
                                         int64_t of_channel)
      : in(arrays),
        item(of_item),
        channel(of_channel),
        length(arrays.lengths[of_item]),
        bias(arrays.bias[of_channel]) {
    for (int k = 0; k < kCapacity; ++k)
      if (is_used(k)) weights[k] = in.weight[channel * in.taps + tap_at(k)];
  }

  OCRBATCH_PER_THREAD bool is_used(int place) const { return place >= kCapacity - in.taps; }
  // The tap that meets the number at that place.
  OCRBATCH_PER_THREAD int tap_at(int place) const {
    return in.last_tap_first ? kCapacity - 1 - place : place - (kCapacity - in.taps);
  }
  OCRBATCH_PER_THREAD void push_x(int64_t t) {
    x.push(t >= 0 && t < length ? static_cast<float>(in.x[in.row(item, t) * in.x_stride + channel]) : 0.0F);
  }
  OCRBATCH_PER_THREAD float sum() const {
    float sum = bias;
    for (int k = 0; k < kCapacity; ++k)
      if (is_used(k)) sum += weights[k] * x.numbers[k];
    return sum;
  }
};

// out (batch, steps, channels): writes the channel's column of the part, zero at and beyond the length.
template <int kCapacity, class Number>
OCRBATCH_PER_THREAD void convolve_forward_thread(const ConvolutionArrays<Number>& in, int64_t item,
                                                 int64_t part, int64_t channel, Number* out) {
  const int64_t begin = part * kConvolutionSteps, all = in.item_steps(item),
                end = begin + kConvolutionSteps < all ? begin + kConvolutionSteps : all;
  if (begin >= end) return;
  ConvolutionChannel<kCapacity, Number> own(in, item, channel);
  for (int64_t t = begin + in.first_offset; t < begin + in.last_offset(); ++t) own.push_x(t);
  for (int64_t t = begin; t < end; ++t) {
    own.push_x(t + in.last_offset());
    float y = own.sum();
    if (in.silu) y /= 1.0F + expf(-y);
    out[in.row(item, t) * in.channels + channel] = static_cast<Number>(t < own.length ? y : 0.0F);
  }
}

// grad_out and grad_x (batch, steps, channels), of grad_x the channel's column of the part is written, zero
// at and beyond the length. grad_shared (batch, parts, taps + 1, channels) holds the part's share of the
// gradients of the taps and behind them of the bias, to be added up in order.
template <int kCapacity, class Number>
OCRBATCH_PER_THREAD void convolve_backward_thread(const ConvolutionArrays<Number>& in, int64_t item,
                                                  int64_t part, int64_t channel, const Number* grad_out,
                                                  Number* grad_x, float* grad_shared) {
  const int64_t begin = part * kConvolutionSteps, all = in.item_steps(item),
                end = begin + kConvolutionSteps < all ? begin + kConvolutionSteps : all;
  ConvolutionChannel<kCapacity, Number> own(in, item, channel);
  LastNumbers<kCapacity> dy;  // gradients of the sums
  // An x meets the window's last place first and its first place last: dy's newest met it at the first.
  float weights[kCapacity] = {};
  for (int k = 0; k < kCapacity; ++k)
    if (own.is_used(k)) weights[k] = in.weight[channel * in.taps + in.taps - 1 - own.tap_at(k)];
  float sum_weights[kCapacity] = {}, sum_bias = 0;
  // x[s] meets taps in the steps s - last_offset .. s - first_offset.
  const int64_t from = begin - in.last_offset();
  for (int64_t t = from + in.first_offset; t < begin; ++t) own.push_x(t);
  for (int64_t t = from; t < end - in.first_offset; ++t) {
    own.push_x(t + in.last_offset());
    float gradient = 0;
    if (t >= 0 && t < own.length) {
      gradient = static_cast<float>(grad_out[in.row(item, t) * in.channels + channel]);
      if (in.silu) {
        const float y = own.sum(), s = 1.0F / (1.0F + expf(-y));
        gradient *= s * (1.0F + y * (1.0F - s));
      }
    }
    dy.push(gradient);
    if (t >= begin && t < end) {
      sum_bias += gradient;
      for (int k = 0; k < kCapacity; ++k) sum_weights[k] += gradient * own.x.numbers[k];
    }
    const int64_t s = t + in.first_offset;
    if (s < begin || s >= end) continue;
    float sum = 0;
    for (int k = 0; k < kCapacity; ++k)
      if (own.is_used(k)) sum += weights[k] * dy.numbers[k];
    grad_x[in.row(item, s) * in.channels + channel] = static_cast<Number>(s < own.length ? sum : 0.0F);
  }
  float* const shared = grad_shared + (item * in.parts() + part) * (in.taps + 1) * in.channels + channel;
  for (int k = 0; k < kCapacity; ++k)
    if (own.is_used(k)) shared[own.tap_at(k) * in.channels] = sum_weights[k];
  shared[in.taps * in.channels] = sum_bias;
}

}  // namespace ocrbatch::kernels
