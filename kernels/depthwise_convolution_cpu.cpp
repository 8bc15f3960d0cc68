// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/depthwise_convolution_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise_convolution_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include <algorithm>

#include "kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The convolution's sum for as many channels as F has lanes. Not kInner: some taps fall outside the line.
// kTaps 0: as many as the line says.
template <bool kInner, int kTaps, class F>
HWY_INLINE hn::Vec<F> convolve(F f, const ConvolutionLine& line, int64_t t, int64_t d) {
  const int taps = kTaps > 0 ? kTaps : line.taps;
  hn::Vec<F> sum = hn::LoadU(f, line.bias + d);
  for (int k = 0; k < taps; ++k) {
    const int64_t from = t + line.offsets[k];
    if (!kInner && (from < 0 || from >= line.length)) continue;
    sum = hn::MulAdd(hn::LoadU(f, line.weight_t + k * line.channels + d),
                     hn::LoadU(f, line.x + from * line.x_stride + d), sum);
  }
  return sum;
}

template <bool kInner, int kTaps, class F>
HWY_INLINE void forward_channels(F f, const ConvolutionLine& line, int64_t t, int64_t d, float* out) {
  hn::Vec<F> sum = convolve<kInner, kTaps>(f, line, t, d);
  if (line.silu) sum = hn::Mul(sum, sigmoid(f, sum));
  hn::StoreU(sum, f, out + d);
}

// All channels of one step: x is read as it lies in memory.
template <bool kInner, int kTaps>
void forward_step(const ConvolutionLine& line, int64_t t, float* out) {
  const hn::ScalableTag<float> full;
  const hn::CappedTag<float, 1> single;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(full));
  int64_t d = 0;
  for (; d + lanes <= line.channels; d += lanes) forward_channels<kInner, kTaps>(full, line, t, d, out);
  for (; d < line.channels; ++d) forward_channels<kInner, kTaps>(single, line, t, d, out);
}

template <class F>
void backward_channels(F f, const ConvolutionLine& line, int64_t d, const float* grad_out, float* grad_x,
                       float* grad_weight_t, float* grad_bias) {
  using V = hn::Vec<F>;
  const V one = hn::Set(f, 1.0F);
  V sum_bias = hn::LoadU(f, grad_bias + d);
  for (int64_t t = 0; t < line.length; ++t) {
    V g = hn::LoadU(f, grad_out + t * line.channels + d);
    if (line.silu) {
      const V pre = convolve<false, 0>(f, line, t, d), s = sigmoid(f, pre);
      g = hn::Mul(g, hn::Mul(s, hn::MulAdd(pre, hn::Sub(one, s), one)));
    }
    sum_bias = hn::Add(sum_bias, g);
    for (int k = 0; k < line.taps; ++k) {
      const int64_t from = t + line.offsets[k];
      if (from < 0 || from >= line.length) continue;
      float* const to_x = grad_x + from * line.channels + d;
      hn::StoreU(hn::MulAdd(g, hn::LoadU(f, line.weight_t + k * line.channels + d), hn::LoadU(f, to_x)), f,
                 to_x);
      float* const to_w = grad_weight_t + k * line.channels + d;
      hn::StoreU(hn::MulAdd(g, hn::LoadU(f, line.x + from * line.x_stride + d), hn::LoadU(f, to_w)), f, to_w);
    }
  }
  hn::StoreU(sum_bias, f, grad_bias + d);
}

void forward(const ConvolutionLine& line, float* out) {
  int first = 0, last = 0;  // the outermost taps
  for (int k = 0; k < line.taps; ++k) {
    first = std::min(first, line.offsets[k]);
    last = std::max(last, line.offsets[k]);
  }
  for (int64_t t = 0; t < line.length; ++t) {
    float* const row = out + t * line.channels;
    if (t + first < 0 || t + last >= line.length) {
      forward_step<false, 0>(line, t, row);
    } else if (line.taps == 4) {
      forward_step<true, 4>(line, t, row);
    } else {
      forward_step<true, 0>(line, t, row);
    }
  }
}

void backward(const ConvolutionLine& line, const float* grad_out, float* grad_x, float* grad_weight_t,
              float* grad_bias) {
  const hn::ScalableTag<float> full;
  const hn::CappedTag<float, 1> single;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(full));
  int64_t d = 0;
  for (; d + lanes <= line.channels; d += lanes)
    backward_channels(full, line, d, grad_out, grad_x, grad_weight_t, grad_bias);
  for (; d < line.channels; ++d)
    backward_channels(single, line, d, grad_out, grad_x, grad_weight_t, grad_bias);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(forward);
HWY_EXPORT(backward);

void convolve_forward_cpu(const ConvolutionLine& line, float* out) {
  HWY_DYNAMIC_DISPATCH(forward)(line, out);
}

void convolve_backward_cpu(const ConvolutionLine& line, const float* grad_out, float* grad_x,
                           float* grad_weight_t, float* grad_bias) {
  HWY_DYNAMIC_DISPATCH(backward)(line, grad_out, grad_x, grad_weight_t, grad_bias);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
