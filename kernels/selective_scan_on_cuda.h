// LibTorch's side of selective_scan_cuda.h: tensors in, tensors out. In a build without CUDA nothing calls
// these.
#pragma once

#include <span>
#include <vector>

#include "kernels/build_options.h"
#include "kernels/selective_scan.h"

namespace ocrbatch::kernels {

#if OCRBATCH_HAS_CUDA
inline constexpr bool kScanHasCuda = true;
// The sum of one or two scans over the same lines, in one launch. Where a backward pass follows,
// `checkpoints` gets a tensor a scan for it.
at::Tensor scan_forward_on_cuda(std::span<const SelectiveScanInputs> scans,
                                std::vector<at::Tensor>* checkpoints = nullptr);
// Of every scan, in one launch, the gradients of u, delta, A, B, C, D, z and delta_bias in this order,
// undefined where the input is.
std::vector<std::vector<at::Tensor>> scan_backward_on_cuda(std::span<const SelectiveScanInputs> scans,
                                                           const std::vector<at::Tensor>& checkpoints,
                                                           const at::Tensor& grad_out);
#else
inline constexpr bool kScanHasCuda = false;
inline at::Tensor scan_forward_on_cuda(std::span<const SelectiveScanInputs>,
                                       std::vector<at::Tensor>* = nullptr) {
  return {};
}
inline std::vector<std::vector<at::Tensor>> scan_backward_on_cuda(std::span<const SelectiveScanInputs>,
                                                                  const std::vector<at::Tensor>&,
                                                                  const at::Tensor&) {
  return {};
}
#endif

}  // namespace ocrbatch::kernels
