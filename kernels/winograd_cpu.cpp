// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/winograd_cpu.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <vector>

#include "kernels/column_block.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd_cpu.cpp"
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

// B^T of the paper, section 4.3, for a column or a row of six.
template <class V>
void transform_input(const V (&d)[6], V (&to)[6], V two, V four, V five) {
  const V a = hn::NegMulAdd(four, d[2], d[4]), b = hn::NegMulAdd(four, d[1], d[3]);
  const V c = hn::Sub(d[4], d[2]), e = hn::Mul(two, hn::Sub(d[3], d[1]));
  to[0] = hn::NegMulAdd(five, d[2], hn::MulAdd(four, d[0], d[4]));
  to[1] = hn::Add(a, b);
  to[2] = hn::Sub(a, b);
  to[3] = hn::Add(c, e);
  to[4] = hn::Sub(c, e);
  to[5] = hn::NegMulAdd(five, d[3], hn::MulAdd(four, d[1], d[5]));
}

// The channels from c on, as many as F has lanes, of one tile: to[product * kTilesAtOnce * in].
template <class F>
void input_channels(F f, const float* const (&from)[36], std::int64_t c, std::int64_t stride, float* to) {
  using V = hn::Vec<F>;
  const V two = hn::Set(f, 2.0F), four = hn::Set(f, 4.0F), five = hn::Set(f, 5.0F);
  V half[6][6];
  for (int x = 0; x < 6; ++x) {
    V column[6], made[6];
    for (int y = 0; y < 6; ++y) column[y] = hn::LoadU(f, from[y * 6 + x] + c);
    transform_input(column, made, two, four, five);
    for (int y = 0; y < 6; ++y) half[y][x] = made[y];
  }
  for (int y = 0; y < 6; ++y) {
    V made[6];
    transform_input(half[y], made, two, four, five);
    for (int x = 0; x < 6; ++x) hn::StoreU(made[x], f, to + (y * 6 + x) * stride + c);
  }
}

void transform_tile(const WinogradMaps& maps, const WinogradTile& tile, const float* zeros, float* to) {
  const WinogradResult& result = maps.result;
  const float* from[kWinogradProducts];
  for (std::int64_t y = 0; y < kWinogradInputs; ++y) {
    const std::int64_t row = tile.row + y - 1;
    for (std::int64_t x = 0; x < kWinogradInputs; ++x) {
      const std::int64_t column = tile.column + x - 1;
      const bool inside =
          row >= 0 && row < result.height && column >= 0 && column < result.widths[tile.image];
      from[y * kWinogradInputs + x] =
          inside ? maps.maps + ((tile.image * result.height + row) * result.columns + column) * maps.in
                 : zeros;
    }
  }
  const BlockTag full;
  const hn::CappedTag<float, 1> single;
  const std::int64_t stride = kTilesAtOnce * maps.in;
  std::int64_t c = 0;
  for (; c + kBlockLanes <= maps.in; c += kBlockLanes) input_channels(full, from, c, stride, to);
  for (; c < maps.in; ++c) input_channels(single, from, c, stride, to);
}

void convolve_tiles(const WinogradMaps& maps, const WinogradTile* tiles, std::int64_t count,
                    const float* zeros, float* inputs, float* products, float* to) {
  const BlockTag full;
  const std::int64_t out = maps.result.out;
  for (std::int64_t t = 0; t < count; ++t) transform_tile(maps, tiles[t], zeros, inputs + t * maps.in);
  for (std::int64_t n = 0; n < out; n += kBlockColumns) {
    const float* const weights = maps.weights + n * kWinogradProducts * maps.in;
    for (std::int64_t p = 0; p < kWinogradProducts; ++p) {
      for (std::int64_t t = 0; t < count; t += kBlockRows) {
        float* const sums = products + (p * kTilesAtOnce + t) * kBlockColumns;
        multiply_rows<kBlockRows>(inputs + (p * kTilesAtOnce + t) * maps.in, maps.in, maps.in,
                                  weights + p * maps.in * kBlockColumns, [&](int r, int column, auto sum) {
                                    hn::StoreU(sum, full, sums + r * kBlockColumns + column);
                                  });
      }
    }
    for (std::int64_t t = 0; t < count; ++t) {
      for_channels(n, out, [&](auto tag, std::int64_t lane) {
        const float* const from = products + t * kBlockColumns + lane;
        const auto product = [&](int p) { return hn::LoadU(tag, from + p * kTilesAtOnce * kBlockColumns); };
        output_channels(tag, maps.result, tiles[t], product, 1, n + lane, to);
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

// Highway's own gives a null pointer where there is no memory.
static hwy::AlignedFreeUniquePtr<float[]> aligned_floats(std::size_t count) {
  auto floats = hwy::AllocateAligned<float>(count);
  if (!floats) throw std::bad_alloc();
  return floats;
}

void winograd_weights_cpu(const float* weight, std::int64_t out, std::int64_t in, float* to) {
  const std::int64_t blocks = column_blocks(out);
  std::fill(to, to + blocks * kWinogradProducts * in * kBlockColumns, 0.0F);
  for (std::int64_t n = 0; n < out; ++n) {
    for (std::int64_t c = 0; c < in; ++c) {
      double transformed[kWinogradProducts];
      winograd_transform_weights(weight + (n * in + c) * 9, transformed);
      for (std::int64_t p = 0; p < kWinogradProducts; ++p) {
        const std::int64_t row = (n / kBlockColumns * kWinogradProducts + p) * in + c;
        to[row * kBlockColumns + n % kBlockColumns] = static_cast<float>(transformed[p]);
      }
    }
  }
}

void winograd_convolution_cpu(const WinogradMaps& maps, float* to) {
  const std::vector<WinogradTile> tiles = winograd_tiles(maps.result, to);
  const std::vector<float> zeros(static_cast<std::size_t>(maps.in));
  // Rows of tiles that a last, smaller group has not are computed with the rest, and read by nobody.
  const auto size = [](std::int64_t channels) {
    return static_cast<std::size_t>(kWinogradProducts * kTilesAtOnce * channels);
  };
  const auto inputs = aligned_floats(size(maps.in));
  const auto products = aligned_floats(size(kBlockColumns));
  std::fill(inputs.get(), inputs.get() + size(maps.in), 0.0F);
  const auto count = static_cast<std::int64_t>(tiles.size());
  for (std::int64_t first = 0; first < count; first += kTilesAtOnce) {
    HWY_DYNAMIC_DISPATCH(convolve_tiles)
    (maps, tiles.data() + first, std::min(kTilesAtOnce, count - first), zeros.data(), inputs.get(),
     products.get(), to);
  }
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
