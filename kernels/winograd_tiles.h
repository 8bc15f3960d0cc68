// What Winograd's convolutions have in common, whatever their numbers: F(4x4, 3x3) of arXiv 1509.09308, where
// tiles of 4 x 4 outputs are computed from 6 x 6 inputs by as many products.
#pragma once

#include <cstdint>
#include <vector>

namespace ocrbatch::kernels {

inline constexpr std::int64_t kWinogradOutputs = 4, kWinogradInputs = 6;  // a tile's sides
inline constexpr std::int64_t kWinogradProducts = kWinogradInputs * kWinogradInputs;

// Tiles that are taken through all steps together: their transformed inputs stay in the second-level cache,
// and the weights are read once for all of them. A multiple of every register block's height.
inline constexpr std::int64_t kTilesAtOnce = 24;

// Where the outputs go: (batch, height, columns, out), zeros at and behind each image's width.
struct WinogradResult {
  std::int64_t batch = 0, height = 0, columns = 0, out = 0;  // `out` not padded
  const int* widths = nullptr;  // (batch): columns that an image has; the rest counts as zero
  const float* bias = nullptr;  // (out padded to 16)
  const float* skip = nullptr;  // (batch, height, columns, out) or null: added before the ReLU
  bool relu = true;
};

struct WinogradTile {
  std::int64_t image = 0, row = 0, column = 0;  // of its first output
};

// All tiles, image by image. Clears what lies behind the widths.
std::vector<WinogradTile> winograd_tiles(const WinogradResult& result, float* to);

// G of the paper on both sides of the 3 x 3 kernel of a channel: 36 weights.
void winograd_transform_weights(const float* kernel, double* to);

}  // namespace ocrbatch::kernels
