// Leaves padding out of what is computed row by row, where there is enough of it. Layers that take lines
// padded or packed (kernels/line_rows.h) give each row the same result either way.
#pragma once

#include <torch/types.h>

namespace ocrbatch::recognizer {

class PackedLines {
 public:
  // lengths (batch) int32, each in 0 .. steps; the lines are on `device`. Lines whose lengths are not on the
  // CPU stay padded.
  PackedLines(const torch::Tensor& lengths, int64_t steps, torch::Device device);

  // (batch, steps, n) to (rows, n): the rows within each line's length, line after line. With little padding,
  // the tensor as it is.
  torch::Tensor pack(const torch::Tensor& padded) const;
  // The reverse; padding that was left out becomes zero.
  torch::Tensor unpack(const torch::Tensor& packed) const;

 private:
  int64_t batch_, steps_;
  torch::Tensor rows_;  // undefined where lines stay padded
};

}  // namespace ocrbatch::recognizer
