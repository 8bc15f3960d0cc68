// The vectorized 3x3 convolution behind winograd_int16.h on raw arrays, dispatched at run time (Highway).
#pragma once

#include <cstdint>

#include "kernels/winograd_tiles.h"

namespace ocrbatch::kernels {

inline constexpr std::int64_t kInt16Channels = 16;  // a vector's: `in` is padded to a multiple of it

struct WinogradInt16Maps {
  WinogradResult result;
  std::int64_t in = 0;  // padded
  // (batch, padded_rows(), padded_columns(), in): a border of zeros before an image's first row and column,
  // and as many behind its last ones as whole tiles need.
  const std::uint8_t* bytes = nullptr;
  const float* byte_scales = nullptr;     // (batch): what a byte stands for
  const std::int16_t* weights = nullptr;  // as winograd_int16_weights_cpu leaves them
  const float* weight_scales = nullptr;

  std::int64_t padded_rows() const { return padded(result.height); }
  std::int64_t padded_columns() const { return padded(result.columns); }

 private:
  static std::int64_t padded(std::int64_t size) {
    return (size + kWinogradOutputs - 1) / kWinogradOutputs * kWinogradOutputs + kWinogradInputs -
           kWinogradOutputs;
  }
};

// weight (out, in, 3, 3) -> to (out padded / 16, 36, in padded / 2, 16, 2), scales (out padded / 16, 36, 16).
// No sum of products of a byte map's transformed inputs with them exceeds 32 bits.
void winograd_int16_weights_cpu(const float* weight, std::int64_t out, std::int64_t in, std::int16_t* to,
                                float* scales);

void winograd_int16_convolution_cpu(const WinogradInt16Maps& maps, float* to);

}  // namespace ocrbatch::kernels
