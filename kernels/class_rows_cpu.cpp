// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/class_rows_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/class_rows_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/vector_math-inl.h"
#include "kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Numbers = hn::ScalableTag<float>;

constexpr float kSmallest = -std::numeric_limits<float>::infinity();

// log of the sum of a row's exponentials.
float log_of_sum(const float* row, std::int64_t classes) {
  const Numbers f;
  auto most = hn::Set(f, row[0]);
  for_vectors(row, classes, kSmallest, [&](auto x, std::int64_t, std::int64_t) { most = hn::Max(most, x); });
  const float largest = hn::GetLane(hn::MaxOfLanes(f, most));
  const auto shift = hn::Set(f, largest);
  auto sums = hn::Zero(f);
  for_vectors(row, classes, kSmallest, [&](auto x, std::int64_t, std::int64_t) {
    sums = hn::Add(sums, nonpositive_exp(f, hn::Sub(x, shift)));
  });
  return largest + std::log(hn::GetLane(hn::SumOfLanes(f, sums)));
}

void log_softmax(const float* x, std::int64_t rows, std::int64_t classes, float* to) {
  const Numbers f;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f));
  for (std::int64_t row = 0; row < rows; ++row, x += classes, to += classes) {
    const float log_sum = log_of_sum(x, classes);
    const auto shift = hn::Set(f, log_sum);
    std::int64_t at = 0;
    for (; at + lanes <= classes; at += lanes) hn::StoreU(hn::Sub(hn::LoadU(f, x + at), shift), f, to + at);
    for (; at < classes; ++at) to[at] = x[at] - log_sum;
  }
}

std::int64_t find_columns_above(const float* row, std::int64_t columns, float limit, int* found) {
  const Numbers f;
  const auto limits = hn::Set(f, limit);
  std::int64_t count = 0;
  for_vectors(row, columns, kSmallest, [&](auto x, std::int64_t at, std::int64_t) {
    // A bit a lane, in no more bytes than that takes.
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(f, hn::Gt(x, limits), bits);
    std::uint64_t above = 0;
    std::memcpy(&above, bits, sizeof above);
    for (; above != 0; above &= above - 1) found[count++] = static_cast<int>(at) + std::countr_zero(above);
  });
  return count;
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(log_softmax);
HWY_EXPORT(find_columns_above);

void log_softmax_rows_cpu(const float* x, std::int64_t rows, std::int64_t classes, float* to) {
  HWY_DYNAMIC_DISPATCH(log_softmax)(x, rows, classes, to);
}

std::int64_t columns_above_cpu(const float* row, std::int64_t columns, float limit, int* found) {
  return HWY_DYNAMIC_DISPATCH(find_columns_above)(row, columns, limit, found);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
