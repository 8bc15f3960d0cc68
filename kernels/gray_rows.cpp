// This file includes no OpenCV header: Highway compiles it once for each instruction set.
#include "kernels/gray_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gray_rows.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Grays = hn::ScalableTag<std::uint8_t>;

void find_depths(const std::uint8_t* row, const std::uint8_t* paper, int count, bool inverted,
                 std::uint8_t* depths) {
  const Grays u8;
  const auto lanes = static_cast<int>(hn::Lanes(u8));
  const auto flip = hn::Set(u8, inverted ? std::uint8_t{255} : std::uint8_t{0});
  int x = 0;
  for (; x + lanes <= count; x += lanes)
    hn::StoreU(hn::SaturatedSub(hn::LoadU(u8, paper + x), hn::Xor(hn::LoadU(u8, row + x), flip)), u8,
               depths + x);
  for (; x < count; ++x) {
    const int gray = inverted ? 255 - row[x] : row[x];
    depths[x] = static_cast<std::uint8_t>(std::max(0, paper[x] - gray));
  }
}

void stretch_depths(const std::uint8_t* depths, int count, int low, int high, std::uint8_t* to) {
  const hn::ScalableTag<float> f;
  const hn::RebindToSigned<decltype(f)> i32;
  const hn::Rebind<std::uint8_t, decltype(f)> u8;
  const auto lanes = static_cast<int>(hn::Lanes(f));
  const auto lows = hn::Set(u8, static_cast<std::uint8_t>(low));
  // Half a 255th lifts every whole quotient clear of rounding errors, and none of the others to the next.
  const float step = 255.0F / static_cast<float>(high - low);
  const auto steps = hn::Set(f, step), lift = hn::Set(f, 0.5F / static_cast<float>(high - low));
  int x = 0;
  for (; x + lanes <= count; x += lanes) {
    const auto above = hn::PromoteTo(i32, hn::SaturatedSub(hn::LoadU(u8, depths + x), lows));
    const auto stretched = hn::ConvertTo(i32, hn::Add(hn::Mul(hn::ConvertTo(f, above), steps), lift));
    hn::StoreU(hn::DemoteTo(u8, hn::Min(stretched, hn::Set(i32, 255))), u8, to + x);
  }
  for (; x < count; ++x)
    to[x] = static_cast<std::uint8_t>(std::clamp((depths[x] - low) * 255 / (high - low), 0, 255));
}

void divide_by_paper(const std::uint8_t* row, const std::uint8_t* paper, int count, int white,
                     std::uint8_t* to) {
  const hn::ScalableTag<float> f;
  const hn::RebindToSigned<decltype(f)> i32;
  const hn::Rebind<std::uint8_t, decltype(f)> u8;
  const auto lanes = static_cast<int>(hn::Lanes(f));
  const auto whites = hn::Set(f, static_cast<float>(white)), most = hn::Set(f, 255);
  const auto wide = [&](auto bytes) { return hn::ConvertTo(f, hn::PromoteTo(i32, bytes)); };
  int x = 0;
  for (; x + lanes <= count; x += lanes) {
    const auto share = hn::Div(hn::Mul(wide(hn::LoadU(u8, row + x)), whites), wide(hn::LoadU(u8, paper + x)));
    hn::StoreU(hn::DemoteTo(u8, hn::NearestInt(hn::Min(share, most))), u8, to + x);
  }
  for (; x < count; ++x) {
    const float share = static_cast<float>(row[x]) * static_cast<float>(white) / static_cast<float>(paper[x]);
    to[x] = static_cast<std::uint8_t>(std::nearbyint(std::min(share, 255.0F)));
  }
}

int find_ink_edges(const std::uint8_t* row, int count, int* edges) {
  constexpr int kWord = 64;
  const hn::CappedTag<std::uint8_t, kWord> u8;
  const auto lanes = static_cast<int>(hn::Lanes(u8));
  const auto paper = hn::Zero(u8);
  int* next = edges;
  std::uint64_t before = 0;  // whether the last column was ink
  for (int begin = 0; begin < count; begin += kWord) {
    std::uint8_t last[kWord];
    const std::uint8_t* columns = row + begin;
    if (count - begin < kWord) {
      std::fill(std::copy(columns, row + count, last), last + kWord, std::uint8_t{0});
      columns = last;
    }
    std::uint8_t bits[kWord / 8];
    for (int x = 0; x < kWord; x += lanes)
      hn::StoreMaskBits(u8, hn::Ne(hn::LoadU(u8, columns + x), paper), bits + x / 8);
    std::uint64_t ink = 0;
    std::memcpy(&ink, bits, sizeof ink);
    for (std::uint64_t changes = ink ^ (ink << 1 | before); changes != 0; changes &= changes - 1)
      *next++ = begin + std::countr_zero(changes);
    before = ink >> (kWord - 1);
  }
  if (before != 0) *next++ = count;
  return static_cast<int>(next - edges);
}

void interpolate(const std::uint16_t* centres, int count, std::uint8_t* to) {
  // Sixteenths of sixteenths: modulo 65536, as no sum is larger than 255 * 256 + 128.
  constexpr int kShift = 8;
  static_assert(kCentreScale * kCentreScale == 1 << kShift && 2 * kBetween == kCentreScale);
  const hn::CappedTag<std::uint16_t, kBetween> u16;
  const hn::RebindToSigned<decltype(u16)> i16;
  const hn::Rebind<std::uint8_t, decltype(u16)> u8;
  const auto lanes = static_cast<int>(hn::Lanes(u16));
  for (int i = 0; i < count; ++i, to += kBetween) {
    const auto from = hn::Set(u16, static_cast<std::uint16_t>(centres[i] * kCentreScale + (1 << kShift) / 2));
    const auto step = hn::Set(u16, static_cast<std::uint16_t>(centres[i + 1] - centres[i]));
    for (int x = 0; x < kBetween; x += lanes) {
      const auto places = hn::Iota(u16, static_cast<std::uint16_t>(x));
      const auto shares = hn::Add(hn::Add(places, places), hn::Set(u16, std::uint16_t{1}));
      const auto sums = hn::Add(hn::Mul(step, shares), from);
      hn::StoreU(hn::DemoteTo(u8, hn::BitCast(i16, hn::ShiftRight<kShift>(sums))), u8, to + x);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(find_depths);
HWY_EXPORT(stretch_depths);
HWY_EXPORT(divide_by_paper);
HWY_EXPORT(find_ink_edges);
HWY_EXPORT(interpolate);

void depths_of(const std::uint8_t* row, const std::uint8_t* paper, int count, bool inverted,
               std::uint8_t* depths) {
  HWY_DYNAMIC_DISPATCH(find_depths)(row, paper, count, inverted, depths);
}

void stretch(const std::uint8_t* depths, int count, int low, int high, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(stretch_depths)(depths, count, low, high, to);
}

void even_out(const std::uint8_t* row, const std::uint8_t* paper, int count, int white, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(divide_by_paper)(row, paper, count, white, to);
}

int find_edges(const std::uint8_t* row, int count, int* edges) {
  return HWY_DYNAMIC_DISPATCH(find_ink_edges)(row, count, edges);
}

void fill_between(const std::uint16_t* centres, int count, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(interpolate)(centres, count, to);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
