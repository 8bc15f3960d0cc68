// Functions that a CUDA device has an instruction for, right to about 22 bits. The CPU, where tests run the
// same code, has the exact ones.
#pragma once

#include <cmath>

#include "kernels/per_thread.h"

namespace ocrbatch::kernels {

inline constexpr float kLog2E = 1.44269504F, kLn2 = 0.693147181F;

OCRBATCH_PER_THREAD float quick_exp2(float x) {
#ifdef __CUDA_ARCH__
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
#else
  return exp2f(x);
#endif
}

OCRBATCH_PER_THREAD float quick_exp(float x) {
  return quick_exp2(x * kLog2E);
}

OCRBATCH_PER_THREAD float quick_reciprocal(float x) {
#ifdef __CUDA_ARCH__
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
#else
  return 1.0F / x;
#endif
}

OCRBATCH_PER_THREAD float quick_sigmoid(float x) {
  return quick_reciprocal(1.0F + quick_exp(-x));
}

}  // namespace ocrbatch::kernels
