#include <cstring>

#include "kernels/int8_rows_blocks.h"
#include "kernels/int8_rows_x86.h"

#ifdef __x86_64__
#include "kernels/int8_rows_avx512.h"

namespace ocrbatch::kernels {
namespace {

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
    for (int b = 0; b < kHeldBlocks; ++b) {
      const BlockOfColumns columns = block_of_columns(x, n + b * kBlockColumns);
      for (int r = 0; r < kHeld; ++r) store(x, row + r, columns, sums[r][b], to);
    }
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
