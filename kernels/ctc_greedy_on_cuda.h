// LibTorch's side of ctc_greedy_cuda.h. In a build without CUDA nothing calls this.
#pragma once

#include "kernels/build_options.h"
#include "kernels/ctc_greedy.h"

namespace ocrbatch::kernels {

#if OCRBATCH_HAS_CUDA
inline constexpr bool kCtcGreedyHasCuda = true;
CtcGreedyLabels ctc_greedy_on_cuda(const at::Tensor& logits, const at::Tensor& frames);
#else
inline constexpr bool kCtcGreedyHasCuda = false;
inline CtcGreedyLabels ctc_greedy_on_cuda(const at::Tensor&, const at::Tensor&) {
  return {};
}
#endif

}  // namespace ocrbatch::kernels
