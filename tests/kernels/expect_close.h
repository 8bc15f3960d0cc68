// What every kernel's test compares with.
#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {

// `actual` may be on any device; both are compared in double precision.
inline void expect_close(const torch::Tensor& actual, const torch::Tensor& expected,
                         const Tolerance& tolerance, const char* name = "it") {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << name;
  const torch::Tensor found = actual.cpu().to(torch::kDouble), wanted = expected.to(torch::kDouble);
  EXPECT_TRUE(torch::allclose(found, wanted, tolerance.relative, tolerance.absolute))
      << name << " differs by " << (found - wanted).abs().max();
}

}  // namespace ocrbatch::kernels
