#include <cstring>

#include "kernels/int8_rows_blocks.h"
#include "kernels/int8_rows_x86.h"

#ifdef __x86_64__
#include <immintrin.h>

#define OCRBATCH_AVX2 __attribute__((target("avx2,fma")))

namespace ocrbatch::kernels {
namespace {

constexpr int kLanes = 8;  // of a vector, half a block of columns

OCRBATCH_AVX2 inline __m256i first_lanes(std::int64_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(std::clamp<std::int64_t>(count, 0, kLanes))),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

template <int kRows>
OCRBATCH_AVX2 inline void store(const Int8Rows& x, std::int64_t row, std::int64_t n,
                                const __m256i (&sums)[kRows][2], float* to) {
  for (int half = 0; half < 2; ++half) {
    const std::int64_t first = n + half * kLanes;
    if (first >= x.columns) return;
    // Masked stores are slow on some processors (docs/performance_log.md).
    const bool whole = first + kLanes <= x.columns;
    const __m256i mask = first_lanes(x.columns - first);
    const __m256i offset = x.offsets != nullptr
                               ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x.offsets + first))
                               : _mm256_setzero_si256();
    const __m256 column_scale = _mm256_loadu_ps(x.column_scales + first);
    const __m256 bias = _mm256_loadu_ps(x.bias + first);
    for (int r = 0; r < kRows; ++r) {
      const __m256 scale =
          _mm256_mul_ps(_mm256_set1_ps(x.row_scales[x.one_row_scale ? 0 : row + r]), column_scale);
      __m256 value =
          _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_add_epi32(sums[r][half], offset)), scale, bias);
      const std::int64_t at = (row + r) * x.columns + first;
      if (x.skip != nullptr) value = _mm256_add_ps(value, _mm256_maskload_ps(x.skip + at, mask));
      if (x.relu) value = _mm256_max_ps(value, _mm256_setzero_ps());
      if (whole) {
        _mm256_storeu_ps(to + at, value);
      } else {
        _mm256_maskstore_ps(to + at, mask, value);
      }
    }
  }
}

OCRBATCH_AVX2 inline __m256i four_bytes(const std::uint8_t* from) {
  std::int32_t bytes = 0;
  std::memcpy(&bytes, from, sizeof bytes);
  return _mm256_set1_epi32(bytes);
}

struct Avx2Products {
  static constexpr int kRows = 6, kFewRows = 2, kBlocks = 1;

  template <int kHeld, int kHeldBlocks>
  OCRBATCH_AVX2 static void multiply(const Int8Rows& x, std::int64_t row, std::int64_t n, float* to) {
    static_assert(kHeldBlocks == 1);
    __m256i sums[kHeld][2];
    for (int r = 0; r < kHeld; ++r) sums[r][0] = sums[r][1] = _mm256_setzero_si256();
    const __m256i ones = _mm256_set1_epi16(1);
    const std::int8_t* weights =
        x.weights + n / kBlockColumns * x.runs * x.run_quads * kBlockColumns * kBytesAtOnce;
    for (std::int64_t run = 0; run < x.runs; ++run) {
      const std::uint8_t* const from = x.bytes + row * x.row_stride + run * x.run_stride;
      for (std::int64_t quad = 0; quad < x.run_quads; ++quad, weights += kBlockColumns * kBytesAtOnce) {
        const auto* const columns = reinterpret_cast<const __m256i*>(weights);
        const __m256i left = _mm256_loadu_si256(columns), right = _mm256_loadu_si256(columns + 1);
#pragma GCC unroll 6
        for (int r = 0; r < kHeld; ++r) {
          const __m256i bytes = four_bytes(from + r * x.row_stride + quad * kBytesAtOnce);
          // 255 * 63 twice is less than what 16 bits hold.
          sums[r][0] =
              _mm256_add_epi32(sums[r][0], _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, left), ones));
          sums[r][1] =
              _mm256_add_epi32(sums[r][1], _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, right), ones));
        }
      }
    }
    store<kHeld>(x, row, n, sums, to);
  }
};

}  // namespace

bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  return has;
}

void int8_rows_avx2(const Int8Rows& rows, float* to) {
  int8_rows_in_blocks<Avx2Products>(rows, to);
}

}  // namespace ocrbatch::kernels

#else

namespace ocrbatch::kernels {

bool has_avx2() {
  return false;
}
void int8_rows_avx2(const Int8Rows& rows, float* to) {
  int8_rows_ref(rows, to);
}

}  // namespace ocrbatch::kernels

#endif
