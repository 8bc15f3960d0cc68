// How int8_rows() goes through rows and columns, whatever the instructions.
#pragma once

#include <algorithm>

#include "kernels/column_block.h"
#include "kernels/int8_rows.h"

namespace ocrbatch::kernels {

// Products::multiply<rows, blocks>(x, row, column, to) computes so many rows and blocks of 16 columns, whose
// sums its registers hold: kRows, kFewRows or one of the former, kBlocks or one of the latter.
template <class Products>
void int8_rows_in_blocks(const Int8Rows& x, float* to) {
  constexpr std::int64_t kRowsAtOnce = 96;  // stay in the second-level cache while all weights pass by
  const auto all_rows = [&]<int kBlocks>(std::int64_t first, std::int64_t end, std::int64_t n) {
    std::int64_t row = first;
    for (; row + Products::kRows <= end; row += Products::kRows)
      Products::template multiply<Products::kRows, kBlocks>(x, row, n, to);
    for (; row + Products::kFewRows <= end; row += Products::kFewRows)
      Products::template multiply<Products::kFewRows, kBlocks>(x, row, n, to);
    for (; row < end; ++row) Products::template multiply<1, kBlocks>(x, row, n, to);
  };
  for (std::int64_t first = 0; first < x.rows; first += kRowsAtOnce) {
    const std::int64_t end = std::min(x.rows, first + kRowsAtOnce);
    std::int64_t n = 0;
    for (; n + (Products::kBlocks - 1) * kBlockColumns < x.columns; n += Products::kBlocks * kBlockColumns)
      all_rows.template operator()<Products::kBlocks>(first, end, n);
    for (; n < x.columns; n += kBlockColumns) all_rows.template operator()<1>(first, end, n);
  }
}

}  // namespace ocrbatch::kernels
