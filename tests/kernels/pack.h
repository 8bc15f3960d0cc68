// Lines without their padding, for tests of kernels that take them so.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace ocrbatch::kernels {

// Rows of lines without their padding; `padded` is (batch, T, n).
inline torch::Tensor pack(const torch::Tensor& padded, const torch::Tensor& lengths) {
  std::vector<torch::Tensor> lines{padded.new_empty({0, padded.size(2)})};
  for (int64_t b = 0; b < padded.size(0); ++b) lines.push_back(padded[b].slice(0, 0, lengths[b].item<int>()));
  return torch::cat(lines).detach();
}

}  // namespace ocrbatch::kernels
