// LibTorch's side of depthwise_convolution_cuda.h: tensors in, tensors out. In a build without CUDA nothing
// calls these.
#pragma once

#include <vector>

#include "kernels/build_options.h"
#include "kernels/depthwise_convolution.h"

namespace ocrbatch::kernels {

#if OCRBATCH_HAS_CUDA
inline constexpr bool kConvolutionHasCuda = true;
at::Tensor convolve_forward_on_cuda(const DepthwiseConvolutionInputs& inputs);
// Gradients of x, weight and bias.
std::vector<at::Tensor> convolve_backward_on_cuda(const DepthwiseConvolutionInputs& inputs,
                                                  const at::Tensor& grad_out);
#else
inline constexpr bool kConvolutionHasCuda = false;
inline at::Tensor convolve_forward_on_cuda(const DepthwiseConvolutionInputs&) {
  return {};
}
inline std::vector<at::Tensor> convolve_backward_on_cuda(const DepthwiseConvolutionInputs&,
                                                         const at::Tensor&) {
  return {};
}
#endif

}  // namespace ocrbatch::kernels
