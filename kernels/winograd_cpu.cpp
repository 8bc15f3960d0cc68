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

// What all instruction sets share.
#ifndef OCRBATCH_KERNELS_WINOGRAD_CPU_ONCE
#define OCRBATCH_KERNELS_WINOGRAD_CPU_ONCE
namespace ocrbatch::kernels {

// Tiles that are taken through all steps together: their transformed inputs stay in the second-level cache,
// and the weights are read once for all of them. A multiple of every register block's height.
inline constexpr std::int64_t kTilesAtOnce = 24;
inline constexpr std::int64_t kOutputs = 4, kInputs = 6;  // a tile's sides

struct Tile {
  std::int64_t image = 0, row = 0, column = 0;  // of its first output
};

}  // namespace ocrbatch::kernels
#endif

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

// A^T: four sums of six products.
template <class V>
void transform_output(const V (&m)[6], V (&to)[4], V two, V four, V eight) {
  const V a = hn::Add(m[1], m[2]), b = hn::Sub(m[1], m[2]);
  const V c = hn::Add(m[3], m[4]), d = hn::Sub(m[3], m[4]);
  to[0] = hn::Add(m[0], hn::Add(a, c));
  to[1] = hn::MulAdd(two, d, b);
  to[2] = hn::MulAdd(four, c, a);
  to[3] = hn::MulAdd(eight, d, hn::Add(b, m[5]));
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

// Where the output channels from n on, as many as F has lanes, of one tile go.
template <class F>
void output_channels(F f, const WinogradMaps& maps, const Tile& tile, const float* products,
                     std::int64_t lane, std::int64_t n, float* to) {
  using V = hn::Vec<F>;
  const V two = hn::Set(f, 2.0F), four = hn::Set(f, 4.0F), eight = hn::Set(f, 8.0F);
  const V zero = hn::Zero(f), bias = hn::LoadU(f, maps.bias + n);
  V half[4][6];
  for (int x = 0; x < 6; ++x) {
    V column[6], made[4];
    for (int y = 0; y < 6; ++y)
      column[y] = hn::LoadU(f, products + (y * 6 + x) * kTilesAtOnce * kBlockColumns + lane);
    transform_output(column, made, two, four, eight);
    for (int y = 0; y < 4; ++y) half[y][x] = made[y];
  }
  const std::int64_t rows = std::min(kOutputs, maps.height - tile.row);
  const std::int64_t columns = std::min(kOutputs, maps.widths[tile.image] - tile.column);
  for (std::int64_t y = 0; y < rows; ++y) {
    V made[4];
    transform_output(half[y], made, two, four, eight);
    const std::int64_t row = (tile.image * maps.height + tile.row + y) * maps.columns + tile.column;
    for (std::int64_t x = 0; x < columns; ++x) {
      const std::int64_t at = (row + x) * maps.out + n;
      V value = hn::Add(made[x], bias);
      if (maps.skip != nullptr) value = hn::Add(value, hn::LoadU(f, maps.skip + at));
      if (maps.relu) value = hn::Max(value, zero);
      hn::StoreU(value, f, to + at);
    }
  }
}

void transform_tile(const WinogradMaps& maps, const Tile& tile, const float* zeros, float* to) {
  const float* from[36];
  for (std::int64_t y = 0; y < kInputs; ++y) {
    const std::int64_t row = tile.row + y - 1;
    for (std::int64_t x = 0; x < kInputs; ++x) {
      const std::int64_t column = tile.column + x - 1;
      const bool inside = row >= 0 && row < maps.height && column >= 0 && column < maps.widths[tile.image];
      from[y * kInputs + x] =
          inside ? maps.maps + ((tile.image * maps.height + row) * maps.columns + column) * maps.in : zeros;
    }
  }
  const BlockTag full;
  const hn::CappedTag<float, 1> single;
  const std::int64_t stride = kTilesAtOnce * maps.in;
  std::int64_t c = 0;
  for (; c + kBlockLanes <= maps.in; c += kBlockLanes) input_channels(full, from, c, stride, to);
  for (; c < maps.in; ++c) input_channels(single, from, c, stride, to);
}

void convolve_tiles(const WinogradMaps& maps, const Tile* tiles, std::int64_t count, const float* zeros,
                    float* inputs, float* products, float* to) {
  const BlockTag full;
  const hn::CappedTag<float, 1> single;
  constexpr std::int64_t kLanes = kBlockLanes;
  for (std::int64_t t = 0; t < count; ++t) transform_tile(maps, tiles[t], zeros, inputs + t * maps.in);
  for (std::int64_t n = 0; n < maps.out; n += kBlockColumns) {
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
    const std::int64_t channels = std::min(kBlockColumns, maps.out - n);
    for (std::int64_t t = 0; t < count; ++t) {
      const float* const from = products + t * kBlockColumns;
      std::int64_t lane = 0;
      for (; lane + kLanes <= channels; lane += kLanes)
        output_channels(full, maps, tiles[t], from, lane, n + lane, to);
      for (; lane < channels; ++lane) output_channels(single, maps, tiles[t], from, lane, n + lane, to);
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
  // G of the paper.
  static constexpr double kG[6][3] = {{1.0 / 4, 0, 0},
                                      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                      {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                      {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                      {0, 0, 1}};
  const std::int64_t blocks = column_blocks(out);
  std::fill(to, to + blocks * kWinogradProducts * in * kBlockColumns, 0.0F);
  for (std::int64_t n = 0; n < out; ++n) {
    for (std::int64_t c = 0; c < in; ++c) {
      const float* const w = weight + (n * in + c) * 9;
      for (int y = 0; y < 6; ++y) {
        for (int x = 0; x < 6; ++x) {
          double sum = 0;
          for (int i = 0; i < 3; ++i)
            for (int j = 0; j < 3; ++j) sum += kG[y][i] * kG[x][j] * static_cast<double>(w[i * 3 + j]);
          const std::int64_t block = (n / kBlockColumns * kWinogradProducts + y * 6 + x) * in + c;
          to[block * kBlockColumns + n % kBlockColumns] = static_cast<float>(sum);
        }
      }
    }
  }
}

void winograd_convolution_cpu(const WinogradMaps& maps, float* to) {
  std::vector<Tile> tiles;
  for (std::int64_t image = 0; image < maps.batch; ++image) {
    const std::int64_t width = maps.widths[image];
    for (std::int64_t row = 0; row < maps.height; row += kOutputs)
      for (std::int64_t column = 0; column < width; column += kOutputs) tiles.push_back({image, row, column});
    for (std::int64_t row = image * maps.height; row < (image + 1) * maps.height; ++row)
      std::fill(to + (row * maps.columns + width) * maps.out, to + (row + 1) * maps.columns * maps.out, 0.0F);
  }
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
