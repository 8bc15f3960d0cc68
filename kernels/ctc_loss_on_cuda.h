// LibTorch's side of ctc_loss_cuda.h: tensors in, tensors out. In a build without CUDA nothing calls these.
#pragma once

#include <vector>

#include "kernels/build_options.h"
#include "kernels/ctc_loss.h"

namespace ocrbatch::kernels {

struct CtcSweepsOnCuda {
  at::Tensor losses;                // (batch) float32
  std::vector<at::Tensor> tensors;  // what the gradient is computed from
};

#if OCRBATCH_HAS_CUDA
inline constexpr bool kCtcLossHasCuda = true;
CtcSweepsOnCuda ctc_sweeps_on_cuda(const CtcLossInputs& inputs);
// In the logits' dtype; grad_losses is (batch).
at::Tensor ctc_gradient_on_cuda(const std::vector<at::Tensor>& sweeps, const at::Tensor& grad_losses);
#else
inline constexpr bool kCtcLossHasCuda = false;
inline CtcSweepsOnCuda ctc_sweeps_on_cuda(const CtcLossInputs&) {
  return {};
}
inline at::Tensor ctc_gradient_on_cuda(const std::vector<at::Tensor>&, const at::Tensor&) {
  return {};
}
#endif

}  // namespace ocrbatch::kernels
