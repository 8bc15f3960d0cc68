// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/ctc_greedy_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/ctc_greedy_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "kernels/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
constexpr Floats kFloats;

int64_t lanes() {
  return static_cast<int64_t>(hn::Lanes(kFloats));
}

// The first of the largest; 0 where an element is not a number or the largest is not finite.
int64_t place_of_maximum(const float* row, int64_t classes) {
  const int64_t whole = classes / lanes() * lanes();
  auto largest = hn::Set(kFloats, row[0]);
  auto strange = hn::FirstN(kFloats, 0);
  for (int64_t c = 0; c < whole; c += lanes()) {
    const auto x = hn::LoadU(kFloats, row + c);
    largest = hn::Max(largest, x);
    strange = hn::Or(strange, hn::IsNaN(x));
  }
  float maximum = hn::GetLane(hn::MaxOfLanes(kFloats, largest));
  bool has_nan = !hn::AllFalse(kFloats, strange);
  for (int64_t c = whole; c < classes; ++c) {
    maximum = std::max(maximum, row[c]);
    has_nan = has_nan || std::isnan(row[c]);
  }
  if (has_nan || !std::isfinite(maximum)) return 0;
  const auto wanted = hn::Set(kFloats, maximum);
  for (int64_t c = 0; c < whole; c += lanes()) {
    const intptr_t found = hn::FindFirstTrue(kFloats, hn::Eq(hn::LoadU(kFloats, row + c), wanted));
    if (found >= 0) return c + found;
  }
  return std::find(row + whole, row + classes, maximum) - row;
}

// Softmax of the largest element.
float probability_of(float largest, const float* row, int64_t classes) {
  const int64_t whole = classes / lanes() * lanes();
  const auto shift = hn::Set(kFloats, largest);
  auto sums = hn::Zero(kFloats);
  for (int64_t c = 0; c < whole; c += lanes())
    sums = hn::Add(sums, nonpositive_exp(kFloats, hn::Sub(hn::LoadU(kFloats, row + c), shift)));
  float sum = hn::GetLane(hn::SumOfLanes(kFloats, sums));
  for (int64_t c = whole; c < classes; ++c) sum += std::exp(row[c] - largest);
  return 1 / sum;
}

int greedy_line(const float* logits, int64_t frames, int64_t classes, const CtcGreedyRow& to) {
  int count = 0;
  int64_t previous = 0;
  for (int64_t t = 0; t < frames; ++t) {
    const float* const row = logits + t * classes;
    const int64_t label = place_of_maximum(row, classes);
    if (label != 0) {
      const float probability = probability_of(row[label], row, classes);
      if (label != previous) {
        to.labels[count] = static_cast<int>(label);
        to.first_frames[count] = static_cast<int>(t);
        to.probabilities[count] = probability;
        ++count;
      }
      to.last_frames[count - 1] = static_cast<int>(t);
      to.probabilities[count - 1] = std::max(to.probabilities[count - 1], probability);
    }
    previous = label;
  }
  return count;
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(greedy_line);

int ctc_greedy_line_cpu(const float* logits, int64_t frames, int64_t classes, const CtcGreedyRow& to) {
  return HWY_DYNAMIC_DISPATCH(greedy_line)(logits, frames, classes, to);
}

}  // namespace ocrbatch::kernels
#endif
