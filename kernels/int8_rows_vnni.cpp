#include <cstring>

#include "kernels/int8_rows_blocks.h"
#include "kernels/int8_rows_x86.h"

#ifdef __x86_64__
#if defined(__GNUC__) && !defined(__clang__)
// GCC bug 105593: it warns of what its own header leaves undefined on purpose.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#define OCRBATCH_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

namespace ocrbatch::kernels {
namespace {

template <int kRows, int kBlocks>
OCRBATCH_VNNI inline void store(const Int8Rows& x, std::int64_t row, std::int64_t n,
                                const __m512i (&sums)[kRows][kBlocks], float* to) {
  for (int b = 0; b < kBlocks; ++b) {
    const std::int64_t first = n + b * kBlockColumns, count = std::min(kBlockColumns, x.columns - first);
    const auto mask = static_cast<__mmask16>((1U << count) - 1);
    const __m512i offset =
        x.offsets != nullptr ? _mm512_loadu_si512(x.offsets + first) : _mm512_setzero_si512();
    const __m512 column_scale = _mm512_loadu_ps(x.column_scales + first);
    const __m512 bias = _mm512_loadu_ps(x.bias + first);
    for (int r = 0; r < kRows; ++r) {
      const __m512 scale =
          _mm512_mul_ps(_mm512_set1_ps(x.row_scales[x.one_row_scale ? 0 : row + r]), column_scale);
      __m512 value = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_add_epi32(sums[r][b], offset)), scale, bias);
      const std::int64_t at = (row + r) * x.columns + first;
      if (x.skip != nullptr) value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, x.skip + at));
      if (x.relu) value = _mm512_max_ps(value, _mm512_setzero_ps());
      _mm512_mask_storeu_ps(to + at, mask, value);
    }
  }
}

OCRBATCH_VNNI inline __m512i four_bytes(const std::uint8_t* from) {
  std::int32_t bytes = 0;
  std::memcpy(&bytes, from, sizeof bytes);
  return _mm512_set1_epi32(bytes);
}

struct VnniProducts {
  static constexpr int kRows = 12, kFewRows = 4, kBlocks = 2;

  template <int kHeld, int kHeldBlocks>
  OCRBATCH_VNNI static void multiply(const Int8Rows& x, std::int64_t row, std::int64_t n, float* to) {
    __m512i sums[kHeld][kHeldBlocks];
    for (int r = 0; r < kHeld; ++r)
      for (int b = 0; b < kHeldBlocks; ++b) sums[r][b] = _mm512_setzero_si512();
    const std::int64_t block = x.runs * x.run_quads * kBlockColumns * kBytesAtOnce;
    const std::int8_t* weights = x.weights + n / kBlockColumns * block;
    for (std::int64_t run = 0; run < x.runs; ++run) {
      const std::uint8_t* const from = x.bytes + row * x.row_stride + run * x.run_stride;
      for (std::int64_t quad = 0; quad < x.run_quads; ++quad, weights += kBlockColumns * kBytesAtOnce) {
        __m512i columns[kHeldBlocks];
        for (int b = 0; b < kHeldBlocks; ++b) columns[b] = _mm512_loadu_si512(weights + b * block);
#pragma GCC unroll 12
        for (int r = 0; r < kHeld; ++r) {
          const __m512i bytes = four_bytes(from + r * x.row_stride + quad * kBytesAtOnce);
          for (int b = 0; b < kHeldBlocks; ++b)
            sums[r][b] = _mm512_dpbusd_epi32(sums[r][b], bytes, columns[b]);
        }
      }
    }
    store<kHeld, kHeldBlocks>(x, row, n, sums, to);
  }
};

}  // namespace

bool has_vnni() {
  static const bool has = __builtin_cpu_supports("avx512vnni") != 0 &&
                          __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  return has;
}

void int8_rows_vnni(const Int8Rows& rows, float* to) {
  int8_rows_in_blocks<VnniProducts>(rows, to);
}

}  // namespace ocrbatch::kernels

#else

namespace ocrbatch::kernels {

bool has_vnni() {
  return false;
}
void int8_rows_vnni(const Int8Rows& rows, float* to) {
  int8_rows_ref(rows, to);
}

}  // namespace ocrbatch::kernels

#endif
