#include "kernels/int8_linear.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "kernels/check.h"
#include "kernels/int8_rounding.h"
#include "kernels/int8_rows.h"
#include "kernels/int8_weights.h"
#include "kernels/strided_rows.h"

namespace ocrbatch::kernels {
namespace {

constexpr int kMiddle = 128;  // the byte that stands for 0

// Each row by the largest of its numbers; behind its end up to the whole quad, zeros.
void round_rows(int64_t width, int64_t depth, const at::Tensor& rows, uint8_t* to, float* scales) {
  const float* x = rows.const_data_ptr<float>();
  const int64_t stride = row_stride(rows), count = width == 0 ? 0 : rows.numel() / width;
  for (int64_t row = 0; row < count; ++row, x += stride, to += depth) {
    const float most = largest_absolute(x, width);
    scales[row] = most / 127;
    to_bytes(x, width, most > 0 ? 127 / most : 0, kMiddle, to);
    std::fill(to + width, to + depth, static_cast<uint8_t>(kMiddle));
  }
}

}  // namespace

Int8Linear make_int8_linear(const at::Tensor& weight, const at::Tensor& bias) {
  TORCH_CHECK(weight.dim() == 2, "int8_linear: weight should be (out, in), got ", weight.sizes());
  Int8Linear made;
  made.out = weight.size(0), made.in = weight.size(1);
  const int64_t depth = (made.in + kBytesAtOnce - 1) / kBytesAtOnce * kBytesAtOnce;
  Int8Weights weights = make_int8_weights(at::constant_pad_nd(weight.detach(), {0, depth - made.in}));
  made.weights = weights.values, made.scales = weights.scales;
  made.offsets = (weights.values.to(at::kInt).sum({1, 3}, false, at::kInt) * -kMiddle).flatten().contiguous();
  made.bias = pad_columns(bias, made.out);
  return made;
}

at::Tensor int8_linear(const Int8Linear& linear, const at::Tensor& x, const at::Tensor& skip_in) {
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) == linear.in && x.is_cpu(), "int8_linear: x should be (..., ",
              linear.in, ") on the CPU, got ", x.sizes());
  const at::Tensor rows = float_rows(x);
  const int64_t depth = linear.weights.size(1) * kBytesAtOnce;
  Int8Rows raw;
  raw.rows = linear.in == 0 ? 0 : x.numel() / linear.in;
  const at::Tensor bytes = at::empty({raw.rows, depth}, at::kByte),
                   scales = at::empty({raw.rows}, at::kFloat);
  round_rows(linear.in, depth, rows, bytes.mutable_data_ptr<uint8_t>(), scales.mutable_data_ptr<float>());
  raw.run_quads = linear.weights.size(1);
  raw.row_stride = depth;
  raw.bytes = bytes.const_data_ptr<uint8_t>();
  raw.weights = linear.weights.const_data_ptr<int8_t>();
  raw.offsets = linear.offsets.const_data_ptr<int>();
  raw.row_scales = scales.const_data_ptr<float>();
  raw.column_scales = linear.scales.const_data_ptr<float>();
  raw.bias = linear.bias.const_data_ptr<float>();
  raw.columns = linear.out;
  auto sizes = x.sizes().vec();
  sizes.back() = linear.out;
  at::Tensor skip;
  if (skip_in.defined()) {
    check_shape("int8_linear", "skip", skip_in, sizes);
    skip = skip_in.to(at::kFloat).contiguous();
    raw.skip = skip.const_data_ptr<float>();
  }
  at::Tensor out = at::empty(sizes, at::kFloat);
  int8_rows(raw, out.mutable_data_ptr<float>());
  return out;
}

}  // namespace ocrbatch::kernels
