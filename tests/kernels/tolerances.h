// The one table of how far a kernel may differ from its double-precision reference.
#pragma once

namespace ocrbatch::kernels {

struct Tolerance {
  double relative, absolute;
};

inline constexpr Tolerance kFloat32Values{2e-5, 2e-5};
inline constexpr Tolerance kFloat32Gradients{2e-4, 2e-4};
// Of outputs of about one: the transformations cost two or three bits.
inline constexpr Tolerance kWinogradValues{1e-4, 1e-4};
// Of outputs of about one: weights are rounded after their transformation, to some 10 bits.
inline constexpr Tolerance kWinogradInt16Values{1.5e-2, 1.5e-2};
// Against the double-precision product of the same rounded numbers: a number in the middle between two bytes
// may go to either.
inline constexpr Tolerance kInt8Values{2e-4, 2e-4};
inline constexpr Tolerance kBfloat16Values{2e-2, 2e-2};
// Central differences of a double-precision function with step 1e-5.
inline constexpr double kDifferenceStep = 1e-5;

}  // namespace ocrbatch::kernels
