// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/layer_norm_cpu.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/layer_norm_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using NormFloats = hn::ScalableTag<float>;
using NormVector = hn::Vec<NormFloats>;

// Beyond `count` zeros.
NormVector load_columns(const float* from, std::int64_t count) {
  const NormFloats f;
  return count >= static_cast<std::int64_t>(hn::Lanes(f))
             ? hn::LoadU(f, from)
             : hn::MaskedLoad(hn::FirstN(f, static_cast<std::size_t>(count)), f, from);
}

// Each row's sums come about in the same order whatever kRows is; of several, one's additions need not wait
// for the other's.
template <int kRows>
void normalize_rows(const NormRows& rows, std::int64_t first, float* to) {
  const NormFloats f;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f));
  const float* x[kRows];
  NormVector sums[kRows], means[kRows], scales[kRows];
  for (int r = 0; r < kRows; ++r) x[r] = rows.x + (first + r) * rows.stride, sums[r] = hn::Zero(f);
  for (std::int64_t i = 0; i < rows.width; i += lanes)
    for (int r = 0; r < kRows; ++r) sums[r] = hn::Add(sums[r], load_columns(x[r] + i, rows.width - i));
  const float share = 1 / static_cast<float>(rows.width);
  for (int r = 0; r < kRows; ++r) {
    means[r] = hn::Set(f, share * hn::GetLane(hn::SumOfLanes(f, sums[r])));
    sums[r] = hn::Zero(f);
  }
  for (std::int64_t i = 0; i < rows.width; i += lanes) {
    const auto there = hn::FirstN(f, static_cast<std::size_t>(std::min(lanes, rows.width - i)));
    for (int r = 0; r < kRows; ++r) {
      const auto apart = hn::IfThenElseZero(there, hn::Sub(load_columns(x[r] + i, rows.width - i), means[r]));
      sums[r] = hn::MulAdd(apart, apart, sums[r]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    const float variance = share * hn::GetLane(hn::SumOfLanes(f, sums[r]));
    scales[r] = hn::Set(f, 1 / std::sqrt(variance + rows.epsilon));
  }
  for (std::int64_t i = 0; i < rows.width; i += lanes) {
    const std::int64_t count = rows.width - i;
    const auto weight = load_columns(rows.weight + i, count), bias = load_columns(rows.bias + i, count);
    for (int r = 0; r < kRows; ++r) {
      const auto even = hn::Mul(hn::Sub(load_columns(x[r] + i, count), means[r]), scales[r]);
      const auto y = hn::MulAdd(even, weight, bias);
      float* const out = to + (first + r) * rows.width + i;
      if (count >= lanes)
        hn::StoreU(y, f, out);
      else
        hn::BlendedStore(y, hn::FirstN(f, static_cast<std::size_t>(count)), f, out);
    }
  }
}

void normalize(const NormRows& rows, float* to) {
  constexpr int kAtOnce = 4;
  std::int64_t row = 0;
  for (; row + kAtOnce <= rows.rows; row += kAtOnce) normalize_rows<kAtOnce>(rows, row, to);
  for (; row < rows.rows; ++row) normalize_rows<1>(rows, row, to);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(normalize);

void layer_norm_cpu(const NormRows& rows, float* to) {
  HWY_DYNAMIC_DISPATCH(normalize)(rows, to);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
