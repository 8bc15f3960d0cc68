// A linear layer with an optional low-rank update: y = x W^T + alpha / rank * x A^T B^T (LoRA, arXiv
// 2106.09685).
#pragma once

#include <torch/nn.h>

#include <optional>

#include "kernels/int8_linear.h"
#include "kernels/packed_linear.h"

namespace ocrbatch::recognizer {

struct LoraOptions {
  int rank = 0;  // 0: a plain linear layer
  double alpha = 16;
};

// Parameters: weight (out, in), bias (out), and with a rank lora_A (rank, in) and lora_B (out, rank). lora_B
// starts at zero, so that an untrained update changes nothing.
class LoraLinearImpl : public torch::nn::Module {
 public:
  LoraLinearImpl(int in, int out, bool bias, const LoraOptions& lora);
  // x (..., in) -> (..., out), computed in the weight's dtype.
  torch::Tensor forward(const torch::Tensor& x) const;
  // skip + forward(x), in skip's dtype: a residual connection.
  torch::Tensor add_to(const torch::Tensor& skip, const torch::Tensor& x) const;
  // Without the bias.
  torch::Tensor product(const torch::Tensor& x) const;
  // Adds the update to the weight, which is then stored in that type: same results, one product instead of
  // three. On a CPU, in float32 the weight is packed for our own product, and kChar stores it in bytes for
  // kernels/int8_linear.h.
  void merge(torch::ScalarType type);

  torch::Tensor weight, bias, lora_A, lora_B;

 private:
  double scale_ = 0;
  std::optional<kernels::PackedLinear> packed_;  // these two without the bias
  std::optional<kernels::Int8Linear> int8_;
};
TORCH_MODULE(LoraLinear);

}  // namespace ocrbatch::recognizer
