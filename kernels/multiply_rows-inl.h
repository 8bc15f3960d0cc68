// The register block of our matrix products: a few rows times 16 columns. Included once for each instruction
// set (Highway, "-inl.h" files of its documentation).
#include <cstddef>
#include <cstdint>

#if defined(OCRBATCH_KERNELS_MULTIPLY_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef OCRBATCH_KERNELS_MULTIPLY_ROWS_INL_H
#undef OCRBATCH_KERNELS_MULTIPLY_ROWS_INL_H
#else
#define OCRBATCH_KERNELS_MULTIPLY_ROWS_INL_H
#endif

#include <hwy/highway.h>

#include "kernels/column_block.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {

using BlockTag = hwy::HWY_NAMESPACE::CappedTag<float, kBlockColumns>;
inline constexpr int kBlockLanes = static_cast<int>(hwy::HWY_NAMESPACE::MaxLanes(BlockTag()));
inline constexpr int kBlockVectors = static_cast<int>(kBlockColumns) / kBlockLanes;
// The sums fill the registers of each instruction set and leave room for a row of weights.
inline constexpr int kBlockRows = kBlockLanes == 16 ? 12 : kBlockLanes == 8 ? 6 : 2;

// The first `left` lanes, all where there are more.
HWY_INLINE void store_columns(hwy::HWY_NAMESPACE::Vec<BlockTag> value, float* to, std::int64_t left) {
  namespace hn = hwy::HWY_NAMESPACE;
  const BlockTag f;
  if (left >= kBlockLanes) {
    hn::StoreU(value, f, to);
  } else if (left > 0) {
    hn::BlendedStore(value, hn::FirstN(f, static_cast<std::size_t>(left)), f, to);
  }
}

// sums (kRows, 16) of a (kRows, in), its rows `a_stride` apart, times b (in, 16), handed on vector by vector:
// store(row, column, vector). A row's sums come about in the same order whatever kRows is.
template <int kRows, class Store>
HWY_INLINE void multiply_rows(const float* a, std::int64_t a_stride, std::int64_t in, const float* b,
                              const Store& store) {
  namespace hn = hwy::HWY_NAMESPACE;
  const BlockTag f;
  using V = hn::Vec<BlockTag>;
  V sum[kRows][kBlockVectors];
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kBlockVectors; ++v) sum[r][v] = hn::Zero(f);
  for (std::int64_t k = 0; k < in; ++k, b += kBlockColumns) {
    V row[kBlockVectors];
    for (int v = 0; v < kBlockVectors; ++v) row[v] = hn::LoadU(f, b + v * kBlockLanes);
    for (int r = 0; r < kRows; ++r) {
      const V value = hn::Set(f, a[r * a_stride + k]);
      for (int v = 0; v < kBlockVectors; ++v) sum[r][v] = hn::MulAdd(value, row[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int v = 0; v < kBlockVectors; ++v) store(r, v * kBlockLanes, sum[r][v]);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#endif
