#include "kernels/packed_linear.h"

#include <ATen/ATen.h>

#include "kernels/column_block.h"
#include "kernels/packed_linear_cpu.h"
#include "kernels/strided_rows.h"

namespace ocrbatch::kernels {

PackedLinear make_packed_linear(const at::Tensor& weight, const at::Tensor& bias) {
  TORCH_CHECK(weight.dim() == 2, "packed_linear: weight should be (out, in), got ", weight.sizes());
  PackedLinear made;
  made.out = weight.size(0), made.in = weight.size(1);
  const int64_t blocks = column_blocks(made.out);
  const at::Tensor padded =
      at::constant_pad_nd(weight.detach().to(at::kFloat), {0, 0, 0, blocks * kBlockColumns - made.out});
  made.weights = padded.view({blocks, kBlockColumns, made.in}).transpose(1, 2).contiguous();
  made.bias = at::zeros({blocks * kBlockColumns}, padded.options());
  if (bias.defined()) made.bias.slice(0, 0, made.out).copy_(bias.detach());
  return made;
}

at::Tensor packed_linear(const PackedLinear& linear, const at::Tensor& x) {
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) == linear.in && x.scalar_type() == at::kFloat && x.is_cpu(),
              "packed_linear: x should be (..., ", linear.in, ") float32 on the CPU, got ", x.sizes(), " ",
              x.scalar_type());
  const at::Tensor rows = float_rows(x);
  auto sizes = x.sizes().vec();
  sizes.back() = linear.out;
  at::Tensor out = at::empty(sizes, x.options().memory_format(at::MemoryFormat::Contiguous));
  LinearRows raw;
  raw.in = linear.in, raw.out = linear.out;
  raw.rows = linear.in == 0 ? 0 : x.numel() / linear.in;
  raw.stride = row_stride(rows);
  raw.x = rows.const_data_ptr<float>();
  raw.weights = linear.weights.const_data_ptr<float>();
  raw.bias = linear.bias.const_data_ptr<float>();
  packed_linear_cpu(raw, out.mutable_data_ptr<float>());
  return out;
}

}  // namespace ocrbatch::kernels
