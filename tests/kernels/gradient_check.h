// Compares every gradient of a kernel with central differences of its double-precision reference.
#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {

// `inputs` are the kernel's float32 tensors by name (undefined ones are passed over); both functions read
// them. The scalar whose gradients are compared is a fixed random projection of the output.
inline void check_gradients(const std::vector<std::pair<std::string, torch::Tensor*>>& inputs,
                            const std::function<torch::Tensor()>& kernel,
                            const std::function<torch::Tensor()>& reference) {
  for (const auto& [name, tensor] : inputs) {
    if (tensor->defined()) *tensor = tensor->detach().requires_grad_(true);
  }
  const torch::Tensor out = kernel();
  const torch::Tensor projection = torch::randn(out.sizes(), torch::kDouble);
  (out.to(torch::kDouble) * projection).sum().backward();

  for (const auto& [name, tensor] : inputs) {
    if (!tensor->defined()) continue;
    const torch::Tensor original = tensor->detach();
    const torch::Tensor gradient = tensor->grad();
    ASSERT_TRUE(gradient.defined()) << name;
    ASSERT_EQ(gradient.sizes(), original.sizes()) << name;
    torch::Tensor moved = original.to(torch::kDouble).contiguous().clone();
    *tensor = moved;
    for (int64_t i = 0; i < moved.numel(); ++i) {
      double& value = moved.data_ptr<double>()[i];
      const double before = value;
      value = before + kDifferenceStep;
      const double up = (reference() * projection).sum().item<double>();
      value = before - kDifferenceStep;
      const double down = (reference() * projection).sum().item<double>();
      value = before;
      const double expected = (up - down) / (2 * kDifferenceStep);
      const double actual = gradient.contiguous().view(-1)[i].item<double>();
      ASSERT_NEAR(actual, expected,
                  kFloat32Gradients.absolute + kFloat32Gradients.relative * std::abs(expected))
          << name << "[" << i << "]";
    }
    *tensor = original;
  }
}

}  // namespace ocrbatch::kernels
