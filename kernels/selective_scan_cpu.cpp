// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/selective_scan_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/selective_scan_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include <algorithm>
#include <vector>

#include "kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// At most 16 lanes, so that kScanPadding covers every target.
using Floats = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Floats>;
constexpr Floats kFloats;

// Channels of the last vector that do not exist are read as zero and never written.
Vector load_channels(const float* from, int64_t count) {
  return count >= static_cast<int64_t>(hn::Lanes(kFloats))
             ? hn::LoadU(kFloats, from)
             : hn::MaskedLoad(hn::FirstN(kFloats, static_cast<size_t>(count)), kFloats, from);
}

void store_channels(Vector value, float* to, int64_t count) {
  if (count >= static_cast<int64_t>(hn::Lanes(kFloats))) {
    hn::StoreU(value, kFloats, to);
  } else {
    hn::BlendedStore(value, hn::FirstN(kFloats, static_cast<size_t>(count)), kFloats, to);
  }
}

// exp(dt * A), from dt * log2(e) and A.
template <bool kByScaling = false>
Vector decay(Vector dt_log2e, Vector A) {
  const Vector y = hn::Mul(dt_log2e, A);
  return kByScaling ? nonpositive_exp2_by_scaling(kFloats, y) : nonpositive_exp2(kFloats, y);
}

Vector in_base_two(Vector dt) {
  return hn::Mul(dt, hn::Set(kFloats, 1.44269504F));
}

constexpr int64_t kStepsAhead = 32;

// The state lives in registers when its size is known at compile time; 0 means "any size up to 64". A tied A
// has one exponential a step.
template <int kStates, bool kTied, bool kByScaling>
void forward_block(const ScanLine& line, int64_t d, float* out, bool add) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats));
  const int64_t count = std::min(lanes, line.channels - d);
  const int64_t states = kStates > 0 ? kStates : line.states;
  constexpr int kCapacity = kStates > 0 ? kStates : 64;
  HWY_ALIGN float state[kCapacity * 16];
  HWY_ALIGN float rate[kCapacity * 16];
  for (int64_t n = 0; n < states; ++n) {
    hn::Store(hn::Zero(kFloats), kFloats, state + n * 16);
    if (n < line.rates) hn::Store(hn::LoadU(kFloats, line.A_t + n * line.padded + d), kFloats, rate + n * 16);
  }
  const Vector skip = hn::LoadU(kFloats, line.D + d), bias = hn::LoadU(kFloats, line.delta_bias + d);
  // What does not depend on the step before is computed ahead for some steps at a time: one step with all of
  // its exponentials is longer than what a processor looks ahead, and would be waited for.
  HWY_ALIGN float steps[kStepsAhead * 16], inputs[kStepsAhead * 16], gates[kStepsAhead * 16];
  for (int64_t first = 0; first < line.length; first += kStepsAhead) {
    const int64_t ahead = std::min(kStepsAhead, line.length - first);
    for (int64_t i = 0; i < ahead; ++i) {
      const int64_t t = line.reverse ? line.length - 1 - first - i : first + i;
      const Vector u = load_channels(line.u + t * line.channels + d, count);
      Vector dt = hn::Add(load_channels(line.delta + t * line.channels + d, count), bias);
      if (line.softplus) dt = softplus<kByScaling>(kFloats, dt);
      const Vector dt_log2e = in_base_two(dt);
      hn::Store(kTied ? decay<kByScaling>(dt_log2e, hn::Load(kFloats, rate)) : dt_log2e, kFloats,
                steps + i * 16);
      hn::Store(hn::Mul(dt, u), kFloats, inputs + i * 16);
      if (line.z != nullptr) {
        const Vector z = load_channels(line.z + t * line.z_stride + d, count);
        hn::Store(hn::Mul(z, sigmoid<kByScaling>(kFloats, z)), kFloats, gates + i * 16);
      }
    }
    for (int64_t i = 0; i < ahead; ++i) {
      const int64_t t = line.reverse ? line.length - 1 - first - i : first + i;
      const Vector step = hn::Load(kFloats, steps + i * 16), input = hn::Load(kFloats, inputs + i * 16);
      const float *b = line.B + t * line.B_stride, *c = line.C + t * line.C_stride;
      Vector y = hn::Mul(skip, load_channels(line.u + t * line.channels + d, count));
#pragma GCC unroll 16
      for (int64_t n = 0; n < states; ++n) {
        const Vector a = kTied ? step : decay<kByScaling>(step, hn::Load(kFloats, rate + n * 16));
        Vector h = hn::Mul(a, hn::Load(kFloats, state + n * 16));
        h = hn::MulAdd(input, hn::Set(kFloats, b[n]), h);
        hn::Store(h, kFloats, state + n * 16);
        y = hn::MulAdd(h, hn::Set(kFloats, c[n]), y);
      }
      float* const to = out + t * line.channels + d;
      if (add && line.gates_sum) y = hn::Add(y, load_channels(to, count));
      if (line.z != nullptr) y = hn::Mul(y, hn::Load(kFloats, gates + i * 16));
      if (add && !line.gates_sum) y = hn::Add(y, load_channels(to, count));
      store_channels(y, to, count);
    }
  }
}

template <bool kTied, bool kByScaling>
void forward_blocks(const ScanLine& line, float* out, bool add) {
  for (int64_t d = 0; d < line.channels; d += static_cast<int64_t>(hn::Lanes(kFloats))) {
    switch (line.states) {
      case 4:
        forward_block<4, kTied, kByScaling>(line, d, out, add);
        break;
      case 8:
        forward_block<8, kTied, kByScaling>(line, d, out, add);
        break;
      case 16:
        forward_block<16, kTied, kByScaling>(line, d, out, add);
        break;
      default:
        forward_block<0, kTied, kByScaling>(line, d, out, add);
        break;
    }
  }
}

template <bool kByScaling>
void forward_by(const ScanLine& line, float* out, bool add) {
  if (line.rates < line.states)
    forward_blocks<true, kByScaling>(line, out, add);
  else
    forward_blocks<false, kByScaling>(line, out, add);
}

void forward(const ScanLine& line, float* out, bool add) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if (line.by_scaling) return forward_by<true>(line, out, add);
#endif
  forward_by<false>(line, out, add);
}

template <bool kTied>
void backward_of(const ScanLine& line, const float* grad_out, const ScanLineGradients& grad) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(kFloats)), states = line.states;
  // Per vector of channels: states before and decays of every step, dt and y. Per line: lane-wise sums for dB
  // and dC.
  thread_local std::vector<float> scratch;
  const size_t per_state = static_cast<size_t>(line.length * states * 16),
               per_step = static_cast<size_t>(line.length * 16);
  scratch.resize(4 * per_state + 2 * per_step + 2 * 64 * 16);
  float* const h_before = scratch.data();
  float* const decays = h_before + per_state;
  float* const sum_B = decays + per_state;
  float* const sum_C = sum_B + per_state;
  float* const dts = sum_C + per_state;
  float* const ys = dts + per_step;
  float* const carry = ys + per_step;  // decay * dh of the step after this one
  float* const state = carry + 64 * 16;
  std::fill(sum_B, sum_B + 2 * per_state, 0.0F);

  for (int64_t d = 0; d < line.channels; d += lanes) {
    const int64_t count = std::min(lanes, line.channels - d);
    const Vector skip = hn::LoadU(kFloats, line.D + d), bias = hn::LoadU(kFloats, line.delta_bias + d);
    std::fill(state, state + states * 16, 0.0F);
    for (int64_t i = 0; i < line.length; ++i) {
      const int64_t t = line.reverse ? line.length - 1 - i : i;
      const Vector u = load_channels(line.u + t * line.channels + d, count);
      Vector dt = hn::Add(load_channels(line.delta + t * line.channels + d, count), bias);
      if (line.softplus) dt = softplus(kFloats, dt);
      hn::StoreU(dt, kFloats, dts + i * 16);
      const Vector input = hn::Mul(dt, u), dt_log2e = in_base_two(dt);
      const float *b = line.B + t * line.B_stride, *c = line.C + t * line.C_stride;
      Vector y = hn::Mul(skip, u);
      const Vector shared = decay(dt_log2e, hn::LoadU(kFloats, line.A_t + d));
      for (int64_t n = 0; n < states; ++n) {
        const Vector a = kTied ? shared : decay(dt_log2e, hn::LoadU(kFloats, line.A_t + n * line.padded + d));
        const Vector before = hn::LoadU(kFloats, state + n * 16);
        const Vector h = hn::MulAdd(input, hn::Set(kFloats, b[n]), hn::Mul(a, before));
        hn::StoreU(a, kFloats, decays + (i * states + n) * 16);
        hn::StoreU(before, kFloats, h_before + (i * states + n) * 16);
        hn::StoreU(h, kFloats, state + n * 16);
        y = hn::MulAdd(h, hn::Set(kFloats, c[n]), y);
      }
      hn::StoreU(y, kFloats, ys + i * 16);
    }

    std::fill(carry, carry + states * 16, 0.0F);
    Vector sum_D = hn::Zero(kFloats), sum_bias = hn::Zero(kFloats);
    for (int64_t i = line.length - 1; i >= 0; --i) {
      const int64_t t = line.reverse ? line.length - 1 - i : i;
      const int64_t at = t * line.channels + d;
      const Vector u = load_channels(line.u + at, count), dt = hn::LoadU(kFloats, dts + i * 16);
      Vector dy = load_channels(grad_out + at, count);
      if (line.z != nullptr) {
        const Vector z = load_channels(line.z + t * line.z_stride + d, count), s = sigmoid(kFloats, z),
                     y = hn::LoadU(kFloats, ys + i * 16);
        const Vector one = hn::Set(kFloats, 1.0F);
        const Vector slope = hn::Mul(s, hn::MulAdd(z, hn::Sub(one, s), one));
        store_channels(hn::Mul(hn::Mul(dy, y), slope), grad.z + at, count);
        dy = hn::Mul(dy, hn::Mul(z, s));
      }
      const float *b = line.B + t * line.B_stride, *c = line.C + t * line.C_stride;
      const Vector input = hn::Mul(dt, u);
      Vector sum_b_dh = hn::Zero(kFloats), ddt = hn::Zero(kFloats);
      for (int64_t n = 0; n < states; ++n) {
        const int64_t at_state = (i * states + n) * 16;
        const Vector a = hn::LoadU(kFloats, decays + at_state),
                     before = hn::LoadU(kFloats, h_before + at_state);
        const Vector vb = hn::Set(kFloats, b[n]);
        const Vector h = hn::MulAdd(input, vb, hn::Mul(a, before));
        const Vector dh = hn::MulAdd(dy, hn::Set(kFloats, c[n]), hn::LoadU(kFloats, carry + n * 16));
        hn::StoreU(hn::Mul(a, dh), kFloats, carry + n * 16);
        const Vector through_decay = hn::Mul(dh, hn::Mul(a, before));
        const int64_t at_rate = (kTied ? 0 : n) * line.padded + d;
        ddt = hn::MulAdd(through_decay, hn::LoadU(kFloats, line.A_t + at_rate), ddt);
        sum_b_dh = hn::MulAdd(dh, vb, sum_b_dh);
        float* const to_A = grad.A_t + at_rate;
        hn::StoreU(hn::MulAdd(through_decay, dt, hn::LoadU(kFloats, to_A)), kFloats, to_A);
        float* const to_B = sum_B + (t * states + n) * 16;
        hn::StoreU(hn::MulAdd(dh, input, hn::LoadU(kFloats, to_B)), kFloats, to_B);
        float* const to_C = sum_C + (t * states + n) * 16;
        hn::StoreU(hn::MulAdd(dy, h, hn::LoadU(kFloats, to_C)), kFloats, to_C);
      }
      ddt = hn::MulAdd(sum_b_dh, u, ddt);
      store_channels(hn::MulAdd(sum_b_dh, dt, hn::Mul(skip, dy)), grad.u + at, count);
      sum_D = hn::MulAdd(dy, u, sum_D);
      if (line.softplus)
        ddt = hn::Mul(ddt, sigmoid(kFloats, hn::Add(load_channels(line.delta + at, count), bias)));
      store_channels(ddt, grad.delta + at, count);
      sum_bias = hn::Add(sum_bias, ddt);
    }
    hn::StoreU(hn::Add(sum_D, hn::LoadU(kFloats, grad.D + d)), kFloats, grad.D + d);
    hn::StoreU(hn::Add(sum_bias, hn::LoadU(kFloats, grad.delta_bias + d)), kFloats, grad.delta_bias + d);
  }
  for (int64_t i = 0; i < line.length * states; ++i) {
    grad.B[i] = hn::GetLane(hn::SumOfLanes(kFloats, hn::LoadU(kFloats, sum_B + i * 16)));
    grad.C[i] = hn::GetLane(hn::SumOfLanes(kFloats, hn::LoadU(kFloats, sum_C + i * 16)));
  }
}

void backward(const ScanLine& line, const float* grad_out, const ScanLineGradients& grad) {
  if (line.rates < line.states)
    backward_of<true>(line, grad_out, grad);
  else
    backward_of<false>(line, grad_out, grad);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(forward);
HWY_EXPORT(backward);

bool scaling_is_fast() {
#if HWY_ARCH_X86
  static const bool is_intel = __builtin_cpu_is("intel") != 0;
  return is_intel;
#else
  return false;
#endif
}

void scan_forward_cpu(const ScanLine& line, float* out, bool add) {
  HWY_DYNAMIC_DISPATCH(forward)(line, out, add);
}

void scan_backward_cpu(const ScanLine& line, const float* grad_out, const ScanLineGradients& gradients) {
  HWY_DYNAMIC_DISPATCH(backward)(line, grad_out, gradients);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
