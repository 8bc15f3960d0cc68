// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/packed_linear_cpu.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/packed_linear_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "kernels/multiply_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <int kRows>
void multiply_block(const LinearRows& x, std::int64_t row, std::int64_t n, float* to) {
  const BlockTag f;
  const std::int64_t columns = std::min(kBlockColumns, x.out - n);
  const auto store = [&](int r, int column, auto sum) {
    const auto value = hn::Add(sum, hn::LoadU(f, x.bias + n + column));
    store_columns(value, to + (row + r) * x.out + n + column, columns - column);
  };
  multiply_rows<kRows>(x.x + row * x.stride, x.stride, x.in, x.weights + n * x.in, store);
}

void multiply(const LinearRows& x, float* to) {
  // Rows that stay in the second-level cache while all weights pass by.
  constexpr std::int64_t kRowsAtOnce = 96;
  for (std::int64_t first = 0; first < x.rows; first += kRowsAtOnce) {
    const std::int64_t end = std::min(x.rows, first + kRowsAtOnce);
    for (std::int64_t n = 0; n < x.out; n += kBlockColumns) {
      std::int64_t row = first;
      for (; row + kBlockRows <= end; row += kBlockRows) multiply_block<kBlockRows>(x, row, n, to);
      for (; row < end; ++row) multiply_block<1>(x, row, n, to);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(multiply);

void packed_linear_cpu(const LinearRows& rows, float* to) {
  HWY_DYNAMIC_DISPATCH(multiply)(rows, to);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
