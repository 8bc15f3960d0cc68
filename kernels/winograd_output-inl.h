// From a tile's products to its outputs. Included once for each instruction set (Highway, "-inl.h" files of
// its documentation).
#include <algorithm>
#include <cstdint>

#if defined(OCRBATCH_KERNELS_WINOGRAD_OUTPUT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef OCRBATCH_KERNELS_WINOGRAD_OUTPUT_INL_H
#undef OCRBATCH_KERNELS_WINOGRAD_OUTPUT_INL_H
#else
#define OCRBATCH_KERNELS_WINOGRAD_OUTPUT_INL_H
#endif

#include <hwy/highway.h>

#include "kernels/multiply_rows-inl.h"
#include "kernels/winograd_tiles.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {

// A^T of arXiv 1509.09308, section 4.3: four sums of six products.
template <class V>
HWY_INLINE void transform_output(const V (&m)[6], V (&to)[4], V two, V four, V eight) {
  namespace hn = hwy::HWY_NAMESPACE;
  const V a = hn::Add(m[1], m[2]), b = hn::Sub(m[1], m[2]);
  const V c = hn::Add(m[3], m[4]), d = hn::Sub(m[3], m[4]);
  to[0] = hn::Add(m[0], hn::Add(a, c));
  to[1] = hn::MulAdd(two, d, b);
  to[2] = hn::MulAdd(four, c, a);
  to[3] = hn::MulAdd(eight, d, hn::Add(b, m[5]));
}

// Writes the output channels from n on, as many as F has lanes, of one tile: its transformed products times
// `scale`, and what WinogradResult adds. product(i) gives the lanes of product i.
template <class F, class Product>
HWY_INLINE void output_channels(F f, const WinogradResult& result, const WinogradTile& tile,
                                const Product& product, float scale, std::int64_t n, float* to) {
  namespace hn = hwy::HWY_NAMESPACE;
  using V = hn::Vec<F>;
  const V two = hn::Set(f, 2.0F), four = hn::Set(f, 4.0F), eight = hn::Set(f, 8.0F);
  const V zero = hn::Zero(f), bias = hn::LoadU(f, result.bias + n), scales = hn::Set(f, scale);
  V half[4][6];
  for (int x = 0; x < 6; ++x) {
    V column[6], made[4];
    for (int y = 0; y < 6; ++y) column[y] = product(y * 6 + x);
    transform_output(column, made, two, four, eight);
    for (int y = 0; y < 4; ++y) half[y][x] = made[y];
  }
  const std::int64_t rows = std::min(kWinogradOutputs, result.height - tile.row);
  const std::int64_t columns = std::min(kWinogradOutputs, result.widths[tile.image] - tile.column);
  for (std::int64_t y = 0; y < rows; ++y) {
    V made[4];
    transform_output(half[y], made, two, four, eight);
    const std::int64_t row = (tile.image * result.height + tile.row + y) * result.columns + tile.column;
    for (std::int64_t x = 0; x < columns; ++x) {
      const std::int64_t at = (row + x) * result.out + n;
      V value = hn::MulAdd(made[x], scales, bias);
      if (result.skip != nullptr) value = hn::Add(value, hn::LoadU(f, result.skip + at));
      if (result.relu) value = hn::Max(value, zero);
      hn::StoreU(value, f, to + at);
    }
  }
}

// The channels of a block of 16 from n on that there are, in vectors and one by one: make(tag, lane).
template <class Make>
HWY_INLINE void for_channels(std::int64_t n, std::int64_t out, const Make& make) {
  namespace hn = hwy::HWY_NAMESPACE;
  const std::int64_t channels = std::min(kBlockColumns, out - n);
  std::int64_t lane = 0;
  for (; lane + kBlockLanes <= channels; lane += kBlockLanes) make(BlockTag(), lane);
  for (; lane < channels; ++lane) make(hn::CappedTag<float, 1>(), lane);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#endif
