// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/depthwise_convolution_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise_convolution_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Body for `lanes` channels at once; F is the full vector or, for the rest, a vector of one lane.
template <class F>
void forward_channels(F f, const ConvolutionLine& line, int64_t d, float* out) {
  using V = hn::Vec<F>;
  const V bias = hn::LoadU(f, line.bias + d), one = hn::Set(f, 1.0F);
  for (int64_t t = 0; t < line.length; ++t) {
    V sum = bias;
    for (int k = 0; k < line.taps; ++k) {
      const int64_t from = t + line.offsets[k];
      if (from < 0 || from >= line.length) continue;
      sum = hn::MulAdd(hn::LoadU(f, line.weight_t + k * line.channels + d),
                       hn::LoadU(f, line.x + from * line.channels + d), sum);
    }
    if (line.silu) sum = hn::Div(sum, hn::Add(one, hn::Exp(f, hn::Neg(sum))));
    hn::StoreU(sum, f, out + t * line.channels + d);
  }
}

template <class F>
void backward_channels(F f, const ConvolutionLine& line, int64_t d, const float* grad_out, float* grad_x,
                       float* grad_weight_t, float* grad_bias) {
  using V = hn::Vec<F>;
  const V bias = hn::LoadU(f, line.bias + d), one = hn::Set(f, 1.0F);
  V sum_bias = hn::LoadU(f, grad_bias + d);
  for (int64_t t = 0; t < line.length; ++t) {
    V g = hn::LoadU(f, grad_out + t * line.channels + d);
    if (line.silu) {
      V pre = bias;
      for (int k = 0; k < line.taps; ++k) {
        const int64_t from = t + line.offsets[k];
        if (from < 0 || from >= line.length) continue;
        pre = hn::MulAdd(hn::LoadU(f, line.weight_t + k * line.channels + d),
                         hn::LoadU(f, line.x + from * line.channels + d), pre);
      }
      const V s = hn::Div(one, hn::Add(one, hn::Exp(f, hn::Neg(pre))));
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
      hn::StoreU(hn::MulAdd(g, hn::LoadU(f, line.x + from * line.channels + d), hn::LoadU(f, to_w)), f, to_w);
    }
  }
  hn::StoreU(sum_bias, f, grad_bias + d);
}

void forward(const ConvolutionLine& line, float* out) {
  const hn::ScalableTag<float> full;
  const hn::CappedTag<float, 1> single;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(full));
  int64_t d = 0;
  for (; d + lanes <= line.channels; d += lanes) forward_channels(full, line, d, out);
  for (; d < line.channels; ++d) forward_channels(single, line, d, out);
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
