// The types of numbers that CUDA kernels read and write, across the border between LibTorch and nvcc.
#pragma once

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#endif

namespace ocrbatch::kernels {

enum class NumberType { kFloat, kBfloat16, kHalf };

#ifdef __CUDACC__
// Calls run with a number of that type.
template <class Run>
void with_number(NumberType type, const Run& run) {
  switch (type) {
    case NumberType::kFloat:
      return run(float());
    case NumberType::kBfloat16:
      return run(__nv_bfloat16());
    case NumberType::kHalf:
      return run(__half());
  }
}
#endif

}  // namespace ocrbatch::kernels
