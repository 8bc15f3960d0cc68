// From LibTorch's types of numbers to NumberType.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/number_type.h"

namespace ocrbatch::kernels {

inline NumberType number_type_of(const char* op, const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return NumberType::kFloat;
    case at::kBFloat16:
      return NumberType::kBfloat16;
    case at::kHalf:
      return NumberType::kHalf;
    default:
      TORCH_CHECK(false, op, ": on CUDA numbers should be float32, bfloat16 or float16, got ",
                  tensor.scalar_type());
  }
}

}  // namespace ocrbatch::kernels
