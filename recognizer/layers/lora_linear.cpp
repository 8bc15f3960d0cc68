#include "recognizer/layers/lora_linear.h"

#include <torch/torch.h>

#include <cmath>

namespace ocrbatch::recognizer {

LoraLinearImpl::LoraLinearImpl(int in, int out, bool with_bias, const LoraOptions& lora) {
  // As torch::nn::Linear starts.
  weight = register_parameter("weight", torch::empty({out, in}));
  torch::nn::init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (with_bias) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    bias = register_parameter("bias", torch::empty({out}));
    torch::nn::init::uniform_(bias, -bound, bound);
  }
  if (lora.rank > 0) {
    scale_ = lora.alpha / lora.rank;
    lora_A = register_parameter("lora_A", torch::empty({lora.rank, in}));
    torch::nn::init::kaiming_uniform_(lora_A, std::sqrt(5.0));
    lora_B = register_parameter("lora_B", torch::zeros({out, lora.rank}));
  }
}

torch::Tensor LoraLinearImpl::product(const torch::Tensor& x) const {
  if (int8_) return kernels::int8_linear(*int8_, x);
  if (packed_) return kernels::packed_linear(*packed_, x.to(torch::kFloat));
  const torch::Tensor input = x.to(weight.scalar_type());
  const torch::Tensor y = torch::linear(input, weight);
  if (scale_ == 0) return y;
  return y + torch::linear(torch::linear(input, lora_A), lora_B) * scale_;
}

torch::Tensor LoraLinearImpl::forward(const torch::Tensor& x) const {
  if (scale_ == 0 && !packed_ && !int8_) return torch::linear(x.to(weight.scalar_type()), weight, bias);
  const torch::Tensor y = product(x);
  return bias.defined() ? y + bias.to(y.scalar_type()) : y;
}

void LoraLinearImpl::merge_update() {
  if (scale_ != 0) weight.add_(torch::matmul(lora_B, lora_A), scale_);
  scale_ = 0;
}

void LoraLinearImpl::merge_to_int8() {
  const torch::NoGradGuard no_grad;
  merge_update();
  int8_ = kernels::make_int8_linear(weight, {});
}

void LoraLinearImpl::merge(torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  merge_update();
  weight.set_data(weight.to(type));
  if (type != torch::kFloat || !weight.is_cpu()) return;
  packed_ = kernels::make_packed_linear(weight, {});
}

}  // namespace ocrbatch::recognizer
