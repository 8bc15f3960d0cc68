// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/winograd_int16_cpu.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <new>
#include <vector>

#include "kernels/column_block.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd_int16_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include "kernels/multiply_rows-inl.h"
#include "kernels/winograd_output-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// B^T of arXiv 1509.09308, section 4.3, for a column or a row of six: shifts and sums, exact in 16 bits.
template <class V>
void transform_input(const V (&d)[6], V (&to)[6]) {
  const V a = hn::Sub(d[4], hn::ShiftLeft<2>(d[2])), b = hn::Sub(d[3], hn::ShiftLeft<2>(d[1]));
  const V c = hn::Sub(d[4], d[2]), e = hn::Sub(d[3], d[1]), twice = hn::Add(e, e);
  to[0] = hn::Add(hn::ShiftLeft<2>(hn::Sub(d[0], d[2])), c);
  to[1] = hn::Add(a, b);
  to[2] = hn::Sub(a, b);
  to[3] = hn::Add(c, twice);
  to[4] = hn::Sub(c, twice);
  to[5] = hn::Sub(hn::Sub(d[5], d[3]), hn::ShiftLeft<2>(e));
}

void transform_tile(const WinogradInt16Maps& maps, const WinogradTile& tile, std::int16_t* to) {
  const hn::CappedTag<std::int16_t, kInt16Channels> i16;
  const hn::Rebind<std::uint8_t, decltype(i16)> u8;
  using V = hn::Vec<decltype(i16)>;
  const std::int64_t columns = maps.padded_columns(), stride = kTilesAtOnce * maps.in;
  const std::uint8_t* const from =
      maps.bytes + ((tile.image * maps.padded_rows() + tile.row) * columns + tile.column) * maps.in;
  for (std::int64_t c = 0; c < maps.in; c += static_cast<std::int64_t>(hn::Lanes(i16))) {
    V half[6][6];
    for (int x = 0; x < 6; ++x) {
      V column[6], made[6];
      for (int y = 0; y < 6; ++y)
        column[y] = hn::PromoteTo(i16, hn::LoadU(u8, from + (y * columns + x) * maps.in + c));
      transform_input(column, made);
      for (int y = 0; y < 6; ++y) half[y][x] = made[y];
    }
    for (int y = 0; y < 6; ++y) {
      V made[6];
      transform_input(half[y], made);
      for (int x = 0; x < 6; ++x) hn::StoreU(made[x], i16, to + (y * 6 + x) * stride + c);
    }
  }
}

// sums (kBlockRows, 16) of a (kBlockRows, in) times b (in / 2, 16, 2).
#if HWY_TARGET == HWY_SCALAR
void multiply_pairs(const std::int16_t* a, std::int64_t in, const std::int16_t* b, std::int32_t* sums) {
  for (int r = 0; r < kBlockRows; ++r) {
    for (std::int64_t n = 0; n < kBlockColumns; ++n) {
      std::int32_t sum = 0;
      for (std::int64_t k = 0; k < in; ++k) sum += a[r * in + k] * b[(k / 2 * kBlockColumns + n) * 2 + k % 2];
      sums[r * kBlockColumns + n] = sum;
    }
  }
}
#else
using PairTag = hn::CappedTag<std::int32_t, kBlockColumns>;
using Pairs = hn::Vec<hn::Repartition<std::int16_t, PairTag>>;

// Sums of products of pairs, a lane each.
struct PairSum {
  hn::Vec<PairTag> even;
#if !HWY_ARCH_X86
  hn::Vec<PairTag> odd;  // other instruction sets sum every other product apart
#endif

  HWY_INLINE void clear() {
    even = hn::Zero(PairTag());
#if !HWY_ARCH_X86
    odd = even;
#endif
  }

  HWY_INLINE void add(Pairs a, Pairs b) {
#if HWY_ARCH_X86
    hn::Vec<PairTag> odd = hn::Zero(PairTag());
#endif
    even = hn::ReorderWidenMulAccumulate(PairTag(), a, b, even, odd);
  }

  HWY_INLINE hn::Vec<PairTag> total() const {
#if HWY_ARCH_X86
    return even;
#else
    return hn::RearrangeToOddPlusEven(even, odd);
#endif
  }
};

HWY_INLINE void multiply_pairs(const std::int16_t* a, std::int64_t in, const std::int16_t* b,
                               std::int32_t* sums) {
  const PairTag i32;
  const hn::Repartition<std::int16_t, PairTag> i16;
  static_assert(hn::MaxLanes(i32) == static_cast<std::size_t>(kBlockLanes));
  PairSum sum[kBlockRows][kBlockVectors];
  for (int r = 0; r < kBlockRows; ++r)
    for (int v = 0; v < kBlockVectors; ++v) sum[r][v].clear();
  for (std::int64_t k = 0; k < in; k += 2, b += 2 * kBlockColumns) {
    hn::Vec<decltype(i16)> row[kBlockVectors];
    for (int v = 0; v < kBlockVectors; ++v) row[v] = hn::LoadU(i16, b + v * 2 * kBlockLanes);
    for (int r = 0; r < kBlockRows; ++r) {
      std::int32_t pair = 0;
      std::memcpy(&pair, a + r * in + k, sizeof pair);
      const auto values = hn::BitCast(i16, hn::Set(i32, pair));
      for (int v = 0; v < kBlockVectors; ++v) sum[r][v].add(values, row[v]);
    }
  }
  for (int r = 0; r < kBlockRows; ++r)
    for (int v = 0; v < kBlockVectors; ++v)
      hn::StoreU(sum[r][v].total(), i32, sums + r * kBlockColumns + v * kBlockLanes);
}
#endif

void convolve_tiles(const WinogradInt16Maps& maps, const WinogradTile* tiles, std::int64_t count,
                    std::int16_t* inputs, std::int32_t* products, float* to) {
  const std::int64_t out = maps.result.out;
  for (std::int64_t t = 0; t < count; ++t) transform_tile(maps, tiles[t], inputs + t * maps.in);
  for (std::int64_t n = 0; n < out; n += kBlockColumns) {
    const std::int16_t* const weights = maps.weights + n * kWinogradProducts * maps.in;
    const float* const scales = maps.weight_scales + n * kWinogradProducts;
    for (std::int64_t p = 0; p < kWinogradProducts; ++p) {
      for (std::int64_t t = 0; t < count; t += kBlockRows) {
        multiply_pairs(inputs + (p * kTilesAtOnce + t) * maps.in, maps.in,
                       weights + p * maps.in * kBlockColumns,
                       products + (p * kTilesAtOnce + t) * kBlockColumns);
      }
    }
    for (std::int64_t t = 0; t < count; ++t) {
      for_channels(n, out, [&](auto tag, std::int64_t lane) {
        const hn::RebindToSigned<decltype(tag)> i32;
        const std::int32_t* const from = products + t * kBlockColumns + lane;
        const auto product = [&](int p) {
          return hn::Mul(hn::ConvertTo(tag, hn::LoadU(i32, from + p * kTilesAtOnce * kBlockColumns)),
                         hn::LoadU(tag, scales + p * kBlockColumns + lane));
        };
        output_channels(tag, maps.result, tiles[t], product, maps.byte_scales[tiles[t].image], n + lane, to);
      });
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(convolve_tiles);

namespace {

// Highway's own gives a null pointer where there is no memory.
template <class Number>
hwy::AlignedFreeUniquePtr<Number[]> aligned_zeros(std::int64_t count) {
  auto numbers = hwy::AllocateAligned<Number>(static_cast<std::size_t>(count));
  if (!numbers) throw std::bad_alloc();
  std::fill(numbers.get(), numbers.get() + count, Number{});
  return numbers;
}

// Sums of the absolute coefficients of B^T's rows: a transformed byte is at most 255 times the product of
// two.
constexpr int kGains[6] = {10, 10, 10, 6, 6, 10};
static_assert(255 * 10 * 10 <= std::numeric_limits<std::int16_t>::max());

}  // namespace

void winograd_int16_weights_cpu(const float* weight, std::int64_t out, std::int64_t in, std::int16_t* to,
                                float* scales) {
  const std::int64_t blocks = column_blocks(out);
  const std::int64_t in_padded = (in + kInt16Channels - 1) / kInt16Channels * kInt16Channels;
  std::fill(to, to + blocks * kWinogradProducts * in_padded * kBlockColumns, std::int16_t{0});
  std::fill(scales, scales + blocks * kWinogradProducts * kBlockColumns, 0.0F);
  std::vector<double> transformed(static_cast<std::size_t>(in * kWinogradProducts));
  for (std::int64_t n = 0; n < out; ++n) {
    for (std::int64_t c = 0; c < in; ++c)
      winograd_transform_weights(weight + (n * in + c) * 9, transformed.data() + c * kWinogradProducts);
    for (std::int64_t p = 0; p < kWinogradProducts; ++p) {
      double sum = 0, most = 0;
      for (std::int64_t c = 0; c < in; ++c) {
        const double size = std::abs(transformed[static_cast<std::size_t>(c * kWinogradProducts + p)]);
        sum += size, most = std::max(most, size);
      }
      if (most == 0) continue;
      // What the sums may come to, less what rounding may add to them.
      const int gain = kGains[p / kWinogradInputs] * kGains[p % kWinogradInputs];
      const double limit =
          std::numeric_limits<std::int32_t>::max() / (255.0 * gain) - static_cast<double>(in);
      const double factor = std::min(std::numeric_limits<std::int16_t>::max() / most, limit / sum);
      const std::int64_t block = n / kBlockColumns * kWinogradProducts + p, lane = n % kBlockColumns;
      for (std::int64_t c = 0; c < in; ++c) {
        const double value = transformed[static_cast<std::size_t>(c * kWinogradProducts + p)] * factor;
        to[((block * in_padded / 2 + c / 2) * kBlockColumns + lane) * 2 + c % 2] =
            static_cast<std::int16_t>(std::lrint(value));
      }
      scales[block * kBlockColumns + lane] = static_cast<float>(1 / factor);
    }
  }
}

void winograd_int16_convolution_cpu(const WinogradInt16Maps& maps, float* to) {
  const std::vector<WinogradTile> tiles = winograd_tiles(maps.result, to);
  // Rows of tiles that a last, smaller group has not are computed with the rest, and read by nobody.
  const auto inputs = aligned_zeros<std::int16_t>(kWinogradProducts * kTilesAtOnce * maps.in);
  const auto products = aligned_zeros<std::int32_t>(kWinogradProducts * kTilesAtOnce * kBlockColumns);
  const auto count = static_cast<std::int64_t>(tiles.size());
  for (std::int64_t first = 0; first < count; first += kTilesAtOnce) {
    HWY_DYNAMIC_DISPATCH(convolve_tiles)
    (maps, tiles.data() + first, std::min(kTilesAtOnce, count - first), inputs.get(), products.get(), to);
  }
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
