// What becomes of the sums of int8_rows() on processors with AVX-512: 16 columns at once.
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
// GCC bug 105593: it warns of what its own header leaves undefined on purpose.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <algorithm>

#include "kernels/column_block.h"
#include "kernels/int8_rows.h"

#define OCRBATCH_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

namespace ocrbatch::kernels {

// A block of columns, of which the last of a matrix may be narrower.
struct BlockOfColumns {
  std::int64_t first;
  __mmask16 mask;
  __m512i offset;
  __m512 scale, bias;
};

OCRBATCH_VNNI inline BlockOfColumns block_of_columns(const Int8Rows& x, std::int64_t first) {
  const std::int64_t count = std::min(kBlockColumns, x.columns - first);
  return {.first = first,
          .mask = static_cast<__mmask16>((1U << count) - 1),
          .offset = x.offsets != nullptr ? _mm512_loadu_si512(x.offsets + first) : _mm512_setzero_si512(),
          .scale = _mm512_loadu_ps(x.column_scales + first),
          .bias = _mm512_loadu_ps(x.bias + first)};
}

OCRBATCH_VNNI inline void store(const Int8Rows& x, std::int64_t row, const BlockOfColumns& block,
                                __m512i sums, float* to) {
  const __m512 scale = _mm512_mul_ps(_mm512_set1_ps(x.row_scales[x.one_row_scale ? 0 : row]), block.scale);
  __m512 value = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_add_epi32(sums, block.offset)), scale, block.bias);
  const std::int64_t at = row * x.columns + block.first;
  if (x.skip != nullptr) value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(block.mask, x.skip + at));
  if (x.relu) value = _mm512_max_ps(value, _mm512_setzero_ps());
  _mm512_mask_storeu_ps(to + at, block.mask, value);
}

}  // namespace ocrbatch::kernels
