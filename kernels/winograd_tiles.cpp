#include "kernels/winograd_tiles.h"

#include <algorithm>

namespace ocrbatch::kernels {

std::vector<WinogradTile> winograd_tiles(const WinogradResult& result, float* to) {
  std::vector<WinogradTile> tiles;
  for (std::int64_t image = 0; image < result.batch; ++image) {
    const std::int64_t width = result.widths[image];
    for (std::int64_t row = 0; row < result.height; row += kWinogradOutputs) {
      for (std::int64_t column = 0; column < width; column += kWinogradOutputs)
        tiles.push_back({image, row, column});
    }
    for (std::int64_t row = image * result.height; row < (image + 1) * result.height; ++row) {
      std::fill(to + (row * result.columns + width) * result.out,
                to + (row + 1) * result.columns * result.out, 0.0F);
    }
  }
  return tiles;
}

void winograd_transform_weights(const float* kernel, double* to) {
  static constexpr double kG[6][3] = {{1.0 / 4, 0, 0},
                                      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                      {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                      {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                      {0, 0, 1}};
  for (int y = 0; y < 6; ++y) {
    for (int x = 0; x < 6; ++x) {
      double sum = 0;
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) sum += kG[y][i] * kG[x][j] * static_cast<double>(kernel[i * 3 + j]);
      *to++ = sum;
    }
  }
}

}  // namespace ocrbatch::kernels
