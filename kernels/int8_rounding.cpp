// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/int8_rounding.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int8_rounding.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using RoundingFloats = hn::ScalableTag<float>;

// The largest of what `of` makes of some numbers, or 0 where that is more. Four maxima side by side, as each
// waits for the one before it.
template <class Of>
float largest_of(const float* x, std::int64_t count, const Of& of) {
  const RoundingFloats f;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f));
  auto a = hn::Zero(f), b = a, c = a, d = a;
  std::int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    a = hn::Max(a, of(hn::LoadU(f, x + i)));
    b = hn::Max(b, of(hn::LoadU(f, x + i + lanes)));
    c = hn::Max(c, of(hn::LoadU(f, x + i + 2 * lanes)));
    d = hn::Max(d, of(hn::LoadU(f, x + i + 3 * lanes)));
  }
  for_vectors(x + i, count - i, 0,
              [&](auto value, std::int64_t, std::int64_t) { a = hn::Max(a, of(value)); });
  return hn::GetLane(hn::MaxOfLanes(f, hn::Max(hn::Max(a, b), hn::Max(c, d))));
}

float find_largest(const float* x, std::int64_t count) {
  return largest_of(x, count, [](auto value) { return value; });
}

float find_largest_absolute(const float* x, std::int64_t count) {
  return largest_of(x, count, [](auto value) { return hn::Abs(value); });
}

void round_to_bytes(const float* x, std::int64_t count, float factor, int middle, std::uint8_t* to) {
  const RoundingFloats f;
  const hn::RebindToSigned<RoundingFloats> i32;
  const hn::Rebind<std::uint8_t, RoundingFloats> u8;
  const auto factors = hn::Set(f, factor);
  const auto middles = hn::Set(i32, middle);
  for_vectors(x, count, 0, [&](auto value, std::int64_t i, std::int64_t lanes) {
    const auto bytes = hn::DemoteTo(u8, hn::Add(hn::NearestInt(hn::Mul(value, factors)), middles));
    if (lanes == static_cast<std::int64_t>(hn::Lanes(f))) {
      hn::StoreU(bytes, u8, to + i);
    } else {
      HWY_ALIGN std::uint8_t last[hn::MaxLanes(f)];
      hn::Store(bytes, u8, last);
      for (std::int64_t lane = 0; lane < lanes; ++lane) to[i + lane] = last[lane];
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(find_largest);
HWY_EXPORT(find_largest_absolute);
HWY_EXPORT(round_to_bytes);

float largest(const float* x, std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(find_largest)(x, count);
}

float largest_absolute(const float* x, std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(find_largest_absolute)(x, count);
}

void to_bytes(const float* x, std::int64_t count, float factor, int middle, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(round_to_bytes)(x, count, factor, middle, to);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
