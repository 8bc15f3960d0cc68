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
  const bool is_own_product = packed_ || int8_;
  if (scale_ == 0 && !is_own_product) return torch::linear(x.to(weight.scalar_type()), weight, bias);
  const torch::Tensor y = product(x);
  if (!bias.defined()) return y;
  return is_own_product ? y.add_(bias) : y + bias.to(y.scalar_type());
}

torch::Tensor LoraLinearImpl::add_to(const torch::Tensor& skip, const torch::Tensor& x) const {
  if (int8_ && !bias.defined() && skip.scalar_type() == torch::kFloat)
    return kernels::int8_linear(*int8_, x, skip);
  return skip + forward(x).to(skip.scalar_type());
}

void LoraLinearImpl::merge(torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  if (scale_ != 0) weight.add_(torch::matmul(lora_B, lora_A), scale_);
  scale_ = 0;
  if (type == torch::kChar) {
    int8_ = kernels::make_int8_linear(weight, {});
    return;
  }
  weight.set_data(weight.to(type));
  if (type == torch::kFloat && weight.is_cpu()) packed_ = kernels::make_packed_linear(weight, {});
}

}  // namespace ocrbatch::recognizer
