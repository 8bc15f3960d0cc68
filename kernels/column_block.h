// How weights are laid out for our matrix products: (columns padded to blocks / 16, rows, 16), a block's
// columns side by side, so that a vector register holds some of them whatever the instruction set.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

inline constexpr std::int64_t kBlockColumns = 16;

constexpr std::int64_t column_blocks(std::int64_t columns) {
  return (columns + kBlockColumns - 1) / kBlockColumns;
}

}  // namespace ocrbatch::kernels
