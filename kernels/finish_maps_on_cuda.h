// LibTorch's side of finish_maps_cuda.h. In a build without CUDA nothing calls this.
#pragma once

#include "kernels/build_options.h"
#include "kernels/finish_maps.h"

namespace ocrbatch::kernels {

#if OCRBATCH_HAS_CUDA
inline constexpr bool kFinishMapsHasCuda = true;
void finish_maps_on_cuda(const FinishMapsInputs& inputs);
#else
inline constexpr bool kFinishMapsHasCuda = false;
inline void finish_maps_on_cuda(const FinishMapsInputs&) {}
#endif

}  // namespace ocrbatch::kernels
