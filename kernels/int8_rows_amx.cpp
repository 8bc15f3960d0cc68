// Intel's Advanced Matrix Extensions: a tile is up to 16 rows of up to 64 bytes, and one instruction
// multiplies 16 rows of 64 bytes by 16 columns (Intel 64 Software Developer's Manual, volume 1, chapter 18).
// Weights lie for int8_rows() as its second operand asks: four bytes of a column, then those of the next.
#include "kernels/int8_rows_x86.h"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "kernels/int8_rows_avx512.h"

namespace ocrbatch::kernels {
namespace {

constexpr std::int64_t kTileRows = 16, kTileQuads = 16;
constexpr std::int64_t kFewestQuads = 4;  // below, tiles are so narrow that vectors are as fast

// Of a run, in tiles of one width: the widest that leaves nothing over.
std::int64_t quads_of_a_tile(std::int64_t run_quads) {
  std::int64_t quads = std::min(kTileQuads, run_quads);
  while (quads > 1 && run_quads % quads != 0) --quads;
  return quads;
}

struct TileConfiguration {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};
static_assert(sizeof(TileConfiguration) == 64);

// Tiles 0 to 3 are sums of 16 rows and 16 columns, 4 and 5 rows, 6 and 7 weights.
TileConfiguration configuration(std::int64_t quads) {
  TileConfiguration made;
  for (int tile = 0; tile < 8; ++tile) {
    made.row_bytes[tile] = kBlockColumns * kBytesAtOnce;
    made.rows[tile] = kTileRows;
  }
  for (int tile : {4, 5}) made.row_bytes[tile] = static_cast<std::uint16_t>(quads * kBytesAtOnce);
  for (int tile : {6, 7}) made.rows[tile] = static_cast<std::uint8_t>(quads);
  return made;
}

#define OCRBATCH_AMX __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,amx-tile,amx-int8")))

// kTiles times 16 rows from `row` on, kBlocks times 16 columns from `n` on.
template <int kTiles, int kBlocks>
OCRBATCH_AMX void multiply(const Int8Rows& x, std::int64_t quads, std::int64_t row, std::int64_t n,
                           float* to) {
  constexpr int kQuadBytes = kBlockColumns * kBytesAtOnce;
  _tile_zero(0);
  if constexpr (kBlocks == 2) _tile_zero(1);
  if constexpr (kTiles == 2) _tile_zero(2);
  if constexpr (kTiles == 2 && kBlocks == 2) _tile_zero(3);
  const std::int64_t block = x.runs * x.run_quads * kQuadBytes;
  const std::int8_t* weights = x.weights + n / kBlockColumns * block;
  for (std::int64_t run = 0; run < x.runs; ++run) {
    const std::uint8_t* from = x.bytes + row * x.row_stride + run * x.run_stride;
    for (std::int64_t quad = 0; quad < x.run_quads; quad += quads) {
      _tile_loadd(4, from, x.row_stride);
      if constexpr (kTiles == 2) _tile_loadd(5, from + kTileRows * x.row_stride, x.row_stride);
      _tile_loadd(6, weights, kQuadBytes);
      if constexpr (kBlocks == 2) _tile_loadd(7, weights + block, kQuadBytes);
      _tile_dpbusd(0, 4, 6);
      if constexpr (kBlocks == 2) _tile_dpbusd(1, 4, 7);
      if constexpr (kTiles == 2) _tile_dpbusd(2, 5, 6);
      if constexpr (kTiles == 2 && kBlocks == 2) _tile_dpbusd(3, 5, 7);
      from += quads * kBytesAtOnce, weights += quads * kQuadBytes;
    }
  }
  alignas(64) std::int32_t sums[kTiles][kBlocks][kTileRows * kBlockColumns];
  _tile_stored(0, sums[0][0], kQuadBytes);
  if constexpr (kBlocks == 2) _tile_stored(1, sums[0][1], kQuadBytes);
  if constexpr (kTiles == 2) _tile_stored(2, sums[1][0], kQuadBytes);
  if constexpr (kTiles == 2 && kBlocks == 2) _tile_stored(3, sums[1][1], kQuadBytes);
  for (int b = 0; b < kBlocks; ++b) {
    const BlockOfColumns columns = block_of_columns(x, n + b * kBlockColumns);
    for (int t = 0; t < kTiles; ++t) {
      for (std::int64_t r = 0; r < kTileRows; ++r)
        store(x, row + t * kTileRows + r, columns, _mm512_load_si512(sums[t][b] + r * kBlockColumns), to);
    }
  }
}

template <int kTiles>
OCRBATCH_AMX void multiply_rows(const Int8Rows& x, std::int64_t quads, std::int64_t row, float* to) {
  std::int64_t n = 0;
  for (; n + kBlockColumns < x.columns; n += 2 * kBlockColumns) multiply<kTiles, 2>(x, quads, row, n, to);
  if (n < x.columns) multiply<kTiles, 1>(x, quads, row, n, to);
}

// Row by row of tiles, as results are mostly wider than the rows are deep and should be left behind for good.
// Where the rows are no multiple of 16 the last tile begins before its turn, and what it has in common with
// the one before is made twice.
OCRBATCH_AMX void multiply_all(const Int8Rows& x, std::int64_t quads, float* to) {
  const TileConfiguration tiles = configuration(quads);
  _tile_loadconfig(&tiles);
  std::int64_t row = 0;
  for (; row + 2 * kTileRows <= x.rows; row += 2 * kTileRows) multiply_rows<2>(x, quads, row, to);
  for (; row < x.rows; row += kTileRows) multiply_rows<1>(x, quads, std::min(row, x.rows - kTileRows), to);
  _tile_release();
}

bool may_use_tiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILE_DATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace

bool has_amx() {
  static const bool has = has_vnni() && __builtin_cpu_supports("amx-tile") != 0 &&
                          __builtin_cpu_supports("amx-int8") != 0 && may_use_tiles();
  return has;
}

void int8_rows_amx(const Int8Rows& rows, float* to) {
  const std::int64_t quads = quads_of_a_tile(rows.run_quads);
  if (rows.rows < kTileRows || quads < kFewestQuads) return int8_rows_vnni(rows, to);
  multiply_all(rows, quads, to);
}

}  // namespace ocrbatch::kernels

#else

namespace ocrbatch::kernels {

bool has_amx() {
  return false;
}
void int8_rows_amx(const Int8Rows& rows, float* to) {
  int8_rows_ref(rows, to);
}

}  // namespace ocrbatch::kernels

#endif
