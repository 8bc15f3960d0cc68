// The two forms in which kernels take a batch of lines: padded, (batch, T, width), or packed, (rows, width),
// line after line without padding, where the lengths add up to rows.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <vector>

#include "kernels/check.h"

namespace ocrbatch::kernels {

struct LineRows {
  bool packed = false;
  int64_t batch = 0, rows = 0;
  int64_t steps = 0;       // T, or the longest of packed lines
  std::vector<int> first;  // (batch): a line's first row

  // Checks lengths, (batch) int32 on the CPU. x is of either form. Padded lines on a CUDA device may leave
  // their lengths undefined here, where only the device has them (line_places.h).
  LineRows(const char* op, const at::Tensor& x, const at::Tensor& lengths) : packed(x.dim() == 2) {
    TORCH_CHECK(x.dim() == 2 || x.dim() == 3, op,
                ": lines should be (batch, T, width) or packed (rows, width), got ", x.sizes());
    batch = packed ? (lengths.defined() ? lengths.numel() : 0) : x.size(0);
    rows = packed ? x.size(0) : batch * x.size(1);
    steps = packed ? 0 : x.size(1);
    if (!lengths.defined() && !packed && x.is_cuda()) {
      for (int64_t b = 0; b < batch; ++b) first.push_back(static_cast<int>(b * steps));
      return;
    }
    check_lengths(op, lengths, batch, packed ? x.size(0) : x.size(1));
    int64_t next = 0, longest = 0;
    for (int64_t b = 0; b < batch; ++b) {
      const int64_t length = lengths.const_data_ptr<int>()[b];
      first.push_back(static_cast<int>(next));
      next += packed ? length : steps;
      longest = std::max(longest, length);
    }
    if (packed) steps = longest;
    TORCH_CHECK(next == rows, op, ": lengths of packed lines should add up to ", rows, " rows, got ", next);
  }

  // The shape of a tensor with `width` numbers a row.
  std::vector<int64_t> shape(const at::Tensor& x, int64_t width) const {
    return packed ? std::vector<int64_t>{rows, width} : std::vector<int64_t>{batch, x.size(1), width};
  }

  // Rows of a line's share of the tensor.
  int64_t rows_of(int64_t item, int64_t length) const { return packed ? length : steps; }
};

}  // namespace ocrbatch::kernels
