// LibTorch's side of convolution_epilogue_cuda.h. In a build without CUDA nothing calls this.
#pragma once

#include "kernels/build_options.h"
#include "kernels/convolution_epilogue.h"

namespace ocrbatch::kernels {

#if OCRBATCH_HAS_CUDA
inline constexpr bool kEpilogueHasCuda = true;
void convolution_epilogue_on_cuda(const ConvolutionEpilogueInputs& inputs);
#else
inline constexpr bool kEpilogueHasCuda = false;
inline void convolution_epilogue_on_cuda(const ConvolutionEpilogueInputs&) {}
#endif

}  // namespace ocrbatch::kernels
