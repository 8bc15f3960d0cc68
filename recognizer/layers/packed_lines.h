// Leaves padding out of what is computed row by row.
#pragma once

#include <torch/types.h>

namespace ocrbatch::recognizer {

class PackedLines {
 public:
  // lengths (batch) int32 on the CPU, each in 0 .. steps.
  PackedLines(const torch::Tensor& lengths, int64_t steps);

  // (batch, steps, n) to (rows, n): the rows within each line's length, line after line.
  torch::Tensor pack(const torch::Tensor& padded) const;
  // The reverse; padding becomes zero.
  torch::Tensor unpack(const torch::Tensor& packed) const;

 private:
  int64_t batch_, steps_;
  torch::Tensor rows_;  // undefined where there is no padding
};

}  // namespace ocrbatch::recognizer
