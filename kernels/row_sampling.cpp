// This file includes no OpenCV header: Highway compiles it once for each instruction set.
#include "kernels/row_sampling.h"

#include <algorithm>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row_sampling.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using SampleFloats = hn::ScalableTag<float>;
using SampleVector = hn::Vec<SampleFloats>;

// sampling_weight of distances.
template <bool kCubic>
SampleVector weights_at(SampleVector distances) {
  const SampleFloats f;
  const auto d = hn::Abs(distances), one = hn::Set(f, 1);
  if constexpr (!kCubic) return hn::ZeroIfNegative(hn::Sub(one, d));
  constexpr float a = kKeysCubic;
  const auto near = hn::MulAdd(hn::Mul(hn::MulAdd(hn::Set(f, a + 2), d, hn::Set(f, -(a + 3))), d), d, one);
  const auto far =
      hn::MulAdd(hn::MulAdd(hn::MulAdd(hn::Set(f, a), d, hn::Set(f, -5 * a)), d, hn::Set(f, 8 * a)), d,
                 hn::Set(f, -4 * a));
  return hn::IfThenElse(hn::Lt(d, one), near, hn::IfThenElseZero(hn::Lt(d, hn::Set(f, 2)), far));
}

// Values at positions that go from `start` by `step` from lane to lane, each within `low` and `high`;
// value(k) are the lanes' values at the whole position k.
template <bool kCubic, class Value>
SampleVector values_at(float start, float step, float low, float high, const Value& value) {
  const SampleFloats f;
  const auto positions =
      hn::Min(hn::Max(hn::MulAdd(hn::Iota(f, 0), hn::Set(f, step), hn::Set(f, start)), hn::Set(f, low)),
              hn::Set(f, high));
  const auto last = start + step * static_cast<float>(hn::Lanes(f) - 1);
  const int a = static_cast<int>(std::floor(std::clamp(start, low, high))),
            b = static_cast<int>(std::floor(std::clamp(last, low, high)));
  const int from = std::min(a, b) - (kCubic ? 1 : 0), to = std::max(a, b) + (kCubic ? 2 : 1);
  auto sum = hn::Zero(f);
  for (int k = from; k <= to; ++k)
    sum =
        hn::MulAdd(weights_at<kCubic>(hn::Sub(positions, hn::Set(f, static_cast<float>(k)))), value(k), sum);
  return sum;
}

template <bool kCubic>
void sample_tiles(const Sampling& s, const BorderedImage& image, int row_begin, int row_end, int width,
                  std::uint8_t* to, std::ptrdiff_t stride) {
  const SampleFloats f;
  const hn::RebindToSigned<SampleFloats> i32;
  const hn::Rebind<std::uint8_t, SampleFloats> u8;
  const auto lanes = static_cast<int>(hn::Lanes(f));
  // Beyond these all is paper.
  const float low = -2, right = static_cast<float>(image.width) + 1,
              bottom = static_cast<float>(image.height) + 1;
  const auto x_at = [&](int column, int row) {
    return s.map[0][0] * static_cast<float>(column) + s.map[0][1] * static_cast<float>(row) + s.map[0][2];
  };
  const int rows = row_end - row_begin, padded_rows = (rows + lanes - 1) / lanes * lanes,
            last_row = row_begin + padded_rows - 1;
  // What a tile reads and makes stays in the cache of its core.
  constexpr int kTileColumns = 256;
  const int tile = std::clamp(static_cast<int>(kTileColumns / std::abs(s.map[0][0])), 16, kTileColumns);
  std::vector<float> across;
  std::vector<std::uint8_t> turned;
  for (int begin = 0; begin < width; begin += tile) {
    const int end = std::min(width, begin + tile);
    const float corners[] = {x_at(begin, row_begin), x_at(end - 1, row_begin), x_at(begin, last_row),
                             x_at(end - 1, last_row)};
    const auto [least, most] = std::minmax_element(std::begin(corners), std::end(corners));
    const int x_begin = static_cast<int>(std::floor(std::clamp(*least, low, right))) - 1,
              x_end = static_cast<int>(std::floor(std::clamp(*most, low, right))) + 3;

    // Along the page's columns: a row of the raster crosses column x at start + slope * x. Column after
    // column, so that next the raster's rows lie side by side.
    const int columns = (x_end - x_begin + lanes - 1) / lanes * lanes;
    across.resize(static_cast<std::size_t>(columns) * padded_rows);
    HWY_ALIGN float values[hn::MaxLanes(f)];
    for (int row = row_begin; row < row_end; ++row) {
      const float start = s.map[1][1] * static_cast<float>(row) + s.map[1][2] -
                          s.slope * (s.map[0][1] * static_cast<float>(row) + s.map[0][2]);
      for (int x = x_begin; x < x_end; x += lanes) {
        const auto sum =
            values_at<kCubic>(start + s.slope * static_cast<float>(x), s.slope, low, bottom, [&](int y) {
              return hn::ConvertTo(f, hn::PromoteTo(i32, hn::LoadU(u8, image.pixels + y * image.stride + x)));
            });
        hn::Store(sum, f, values);
        float* const column =
            across.data() + static_cast<std::ptrdiff_t>(x - x_begin) * padded_rows + (row - row_begin);
        for (int lane = 0; lane < lanes; ++lane)
          column[static_cast<std::ptrdiff_t>(lane) * padded_rows] = values[lane];
      }
    }

    // Along the line.
    turned.resize(static_cast<std::size_t>(end - begin) * padded_rows);
    for (int column = begin; column < end; ++column) {
      std::uint8_t* const out = turned.data() + static_cast<std::ptrdiff_t>(column - begin) * padded_rows;
      for (int row = 0; row < rows; row += lanes) {
        const auto sum =
            values_at<kCubic>(x_at(column, row_begin + row), s.map[0][1], low, right, [&](int x) {
              return hn::LoadU(f,
                               across.data() + static_cast<std::ptrdiff_t>(x - x_begin) * padded_rows + row);
            });
        hn::StoreU(hn::DemoteTo(u8, hn::NearestInt(sum)), u8, out + row);
      }
    }
    for (int row = 0; row < rows; ++row) {
      std::uint8_t* const out = to + row * stride;
      for (int column = begin; column < end; ++column)
        out[column] = turned[static_cast<std::size_t>(column - begin) * padded_rows + row];
    }
  }
}

void sample(const Sampling& s, const BorderedImage& image, int row_begin, int row_end, int width,
            std::uint8_t* to, std::ptrdiff_t stride) {
  const auto tiles = s.is_cubic ? &sample_tiles<true> : &sample_tiles<false>;
  tiles(s, image, row_begin, row_end, width, to, stride);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(sample);

void sample_rows(const Sampling& sampling, const BorderedImage& image, int row_begin, int row_end, int width,
                 std::uint8_t* to, std::ptrdiff_t stride) {
  HWY_DYNAMIC_DISPATCH(sample)(sampling, image, row_begin, row_end, width, to, stride);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
