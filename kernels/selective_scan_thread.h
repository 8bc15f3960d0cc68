// The selective scan as one CUDA thread runs it: one channel of one batch item, the state in registers.
// Compiled for the CPU as well, where the tests hold it to the reference. Shapes and meaning as in
// selective_scan.h.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/per_thread.h"

namespace ocrbatch::kernels {

inline constexpr int kMaxStates = 64;

// The backward pass keeps the state before every kScanSegment-th step and computes those between once more.
inline constexpr int kScanSegment = 16;

// All on one device. Number: float, or a half-precision type of the device's or of LibTorch's; what is
// computed, and what lines share, is float32. Rows of B, C and z may lie apart, as those of slices do.
template <class Number>
struct ScanArrays {
  // Packed lines have no padding, and `steps` is the longest one's.
  int64_t batch = 0, steps = 0, channels = 0;
  int states = 0;
  bool softplus = true, reverse = false, packed = false;
  const Number* u = nullptr;                         // (batch, steps, channels)
  const Number* delta = nullptr;                     // (batch, steps, channels)
  const float* A = nullptr;                          // (channels, states)
  const Number* B = nullptr;                         // (batch, steps, states)
  const Number* C = nullptr;                         // (batch, steps, states)
  const float* D = nullptr;                          // (channels)
  const Number* z = nullptr;                         // (batch, steps, channels) or null
  int64_t B_stride = 0, C_stride = 0, z_stride = 0;  // numbers from one row to the next
  const float* delta_bias = nullptr;                 // (channels) or null
  const int* lengths = nullptr;                      // (batch)
  const int* first_rows = nullptr;  // (batch): where a line begins; rows are (batch, steps) or packed

  OCRBATCH_PER_THREAD int64_t row(int64_t item, int64_t t) const { return first_rows[item] + t; }
  OCRBATCH_PER_THREAD int64_t segments() const { return (steps + kScanSegment - 1) / kScanSegment; }
};

// Rows of the shared parameters' gradients belong to one batch item, to be added up in order. All contiguous.
template <class Number>
struct ScanGradientArrays {
  Number* u = nullptr;          // (batch, steps, channels), zero at and beyond each length
  Number* delta = nullptr;      // (batch, steps, channels), likewise
  float* A = nullptr;           // (batch, channels, states)
  float* D = nullptr;           // (batch, channels)
  Number* z = nullptr;          // (batch, steps, channels) or null
  float* delta_bias = nullptr;  // (batch, channels)
};

// The same arrays with their numbers' type.
template <class Number>
ScanArrays<Number> typed(const ScanArrays<void>& in) {
  const auto numbers = [](const void* data) { return static_cast<const Number*>(data); };
  ScanArrays<Number> to;
  to.batch = in.batch, to.steps = in.steps, to.channels = in.channels, to.states = in.states;
  to.softplus = in.softplus, to.reverse = in.reverse, to.packed = in.packed;
  to.u = numbers(in.u), to.delta = numbers(in.delta), to.B = numbers(in.B), to.C = numbers(in.C);
  to.z = numbers(in.z), to.A = in.A, to.D = in.D, to.delta_bias = in.delta_bias;
  to.B_stride = in.B_stride, to.C_stride = in.C_stride, to.z_stride = in.z_stride;
  to.lengths = in.lengths, to.first_rows = in.first_rows;
  return to;
}

template <class Number>
ScanGradientArrays<Number> typed(const ScanGradientArrays<void>& in) {
  const auto numbers = [](void* data) { return static_cast<Number*>(data); };
  ScanGradientArrays<Number> to;
  to.u = numbers(in.u), to.delta = numbers(in.delta), to.z = numbers(in.z);
  to.A = in.A, to.D = in.D, to.delta_bias = in.delta_bias;
  return to;
}

OCRBATCH_PER_THREAD float scan_sigmoid(float x) {
  return 1.0F / (1.0F + expf(-x));
}

template <class Number>
OCRBATCH_PER_THREAD float scan_step_size(const ScanArrays<Number>& in, int64_t at, int64_t channel) {
  const float x =
      static_cast<float>(in.delta[at]) + (in.delta_bias != nullptr ? in.delta_bias[channel] : 0.0F);
  return in.softplus ? fmaxf(x, 0.0F) + log1pf(expf(-fabsf(x))) : x;
}

template <class Number>
OCRBATCH_PER_THREAD int64_t scan_time(const ScanArrays<Number>& in, int64_t length, int64_t i) {
  return in.reverse ? length - 1 - i : i;
}

// Moves the state over the i-th step of `length`, in the direction of the scan.
template <int kCapacity, class Number>
OCRBATCH_PER_THREAD void scan_advance(const ScanArrays<Number>& in, int64_t item, int64_t channel, int64_t t,
                                      float* state) {
  const int64_t row = in.row(item, t), at = row * in.channels + channel;
  const float dt = scan_step_size(in, at, channel), input = dt * static_cast<float>(in.u[at]);
  const float* const a = in.A + channel * in.states;
  const Number* const b = in.B + row * in.B_stride;
  for (int n = 0; n < kCapacity && n < in.states; ++n)
    state[n] = expf(dt * a[n]) * state[n] + input * static_cast<float>(b[n]);
}

template <int kCapacity, class Number>
OCRBATCH_PER_THREAD float scan_output(const ScanArrays<Number>& in, int64_t item, int64_t channel, int64_t t,
                                      const float* state) {
  const int64_t row = in.row(item, t);
  const Number* const c = in.C + row * in.C_stride;
  float y = in.D[channel] * static_cast<float>(in.u[row * in.channels + channel]);
  for (int n = 0; n < kCapacity && n < in.states; ++n) y += static_cast<float>(c[n]) * state[n];
  return y;
}

// out (batch, steps, channels): writes the channel's column of the item, zero at and beyond its length.
template <int kCapacity, class Number>
OCRBATCH_PER_THREAD void scan_forward_thread(const ScanArrays<Number>& in, int64_t item, int64_t channel,
                                             Number* out) {
  const int64_t length = in.lengths[item];
  float state[kCapacity] = {};
  for (int64_t i = 0; i < length; ++i) {
    const int64_t t = scan_time(in, length, i), row = in.row(item, t);
    scan_advance<kCapacity>(in, item, channel, t, state);
    float y = scan_output<kCapacity>(in, item, channel, t, state);
    if (in.z != nullptr) {
      const float z = static_cast<float>(in.z[row * in.z_stride + channel]);
      y *= z * scan_sigmoid(z);
    }
    out[row * in.channels + channel] = static_cast<Number>(y);
  }
  for (int64_t t = length; !in.packed && t < in.steps; ++t)
    out[in.row(item, t) * in.channels + channel] = static_cast<Number>(0.0F);
}

// grad_out (batch, steps, channels). checkpoints (batch, segments, states, channels) is scratch. dB and dC
// are sums over channels, so the caller adds them up: add(t, n, dB, dC) is called for every step and state,
// t counting within the item, in the same order by every channel of an item.
template <int kCapacity, class Number, class Add>
OCRBATCH_PER_THREAD void scan_backward_thread(const ScanArrays<Number>& in, int64_t item, int64_t channel,
                                              const Number* grad_out, const ScanGradientArrays<Number>& grad,
                                              float* checkpoints, const Add& add) {
  const int64_t length = in.lengths[item];
  const auto checkpoint = [&](int64_t segment, int n) -> float& {
    return checkpoints[((item * in.segments() + segment) * in.states + n) * in.channels + channel];
  };
  float state[kCapacity] = {};
  for (int64_t i = 0; i < length; ++i) {
    if (i % kScanSegment == 0) {
      for (int n = 0; n < kCapacity && n < in.states; ++n) checkpoint(i / kScanSegment, n) = state[n];
    }
    scan_advance<kCapacity>(in, item, channel, scan_time(in, length, i), state);
  }

  const float* a = in.A + channel * in.states;
  float carry[kCapacity] = {}, sum_A[kCapacity] = {};  // carry: decay * dh of the step after this one
  float sum_D = 0, sum_bias = 0;
  float before[kScanSegment][kCapacity];
  for (int64_t segment = (length + kScanSegment - 1) / kScanSegment - 1; segment >= 0; --segment) {
    const int64_t first = segment * kScanSegment;
    const int64_t end = first + kScanSegment < length ? first + kScanSegment : length;
    for (int n = 0; n < kCapacity && n < in.states; ++n) state[n] = checkpoint(segment, n);
    for (int64_t i = first; i < end; ++i) {
      for (int n = 0; n < kCapacity && n < in.states; ++n) before[i - first][n] = state[n];
      if (i + 1 < end) scan_advance<kCapacity>(in, item, channel, scan_time(in, length, i), state);
    }
    for (int64_t i = end - 1; i >= first; --i) {
      const int64_t t = scan_time(in, length, i), row = in.row(item, t), at = row * in.channels + channel;
      const float u = static_cast<float>(in.u[at]), dt = scan_step_size(in, at, channel);
      const Number *const b = in.B + row * in.B_stride, *const c = in.C + row * in.C_stride;
      for (int n = 0; n < kCapacity && n < in.states; ++n) state[n] = before[i - first][n];
      scan_advance<kCapacity>(in, item, channel, t, state);

      float dy = static_cast<float>(grad_out[at]);
      if (in.z != nullptr) {
        const float z = static_cast<float>(in.z[row * in.z_stride + channel]), s = scan_sigmoid(z);
        grad.z[at] = static_cast<Number>(dy * scan_output<kCapacity>(in, item, channel, t, state) * s *
                                         (1 + z * (1 - s)));
        dy *= z * s;
      }
      float sum_b_dh = 0, ddt = 0;
      for (int n = 0; n < kCapacity && n < in.states; ++n) {
        const float decay = expf(dt * a[n]);
        const float dh = dy * static_cast<float>(c[n]) + carry[n];
        carry[n] = decay * dh;
        const float through_decay = dh * decay * before[i - first][n];
        ddt += through_decay * a[n];
        sum_A[n] += through_decay * dt;
        sum_b_dh += dh * static_cast<float>(b[n]);
        add(t, n, dh * dt * u, dy * state[n]);
      }
      ddt += sum_b_dh * u;
      grad.u[at] = static_cast<Number>(sum_b_dh * dt + in.D[channel] * dy);
      sum_D += dy * u;
      if (in.softplus) {
        const float bias = in.delta_bias != nullptr ? in.delta_bias[channel] : 0.0F;
        ddt *= scan_sigmoid(static_cast<float>(in.delta[at]) + bias);
      }
      grad.delta[at] = static_cast<Number>(ddt);
      sum_bias += ddt;
    }
  }
  const int64_t shared = item * in.channels + channel;
  for (int n = 0; n < kCapacity && n < in.states; ++n) grad.A[shared * in.states + n] = sum_A[n];
  grad.D[shared] = sum_D;
  grad.delta_bias[shared] = sum_bias;
}

}  // namespace ocrbatch::kernels
