#include "kernels/layer_norm.h"

#include "kernels/layer_norm_cpu.h"
#include "kernels/strided_rows.h"

namespace ocrbatch::kernels {

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon) {
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) > 0 && x.scalar_type() == at::kFloat && x.is_cpu(),
              "layer_norm: x should be (..., width) float32 on the CPU, got ", x.sizes(), " ",
              x.scalar_type());
  for (const at::Tensor& of_columns : {weight, bias}) {
    TORCH_CHECK(of_columns.dim() == 1 && of_columns.size(0) == x.size(-1) &&
                    of_columns.scalar_type() == at::kFloat && of_columns.is_contiguous(),
                "layer_norm: weight and bias should be (", x.size(-1), ") float32, got ", of_columns.sizes(),
                " ", of_columns.scalar_type());
  }
  const at::Tensor rows = float_rows(x);
  at::Tensor out = at::empty(x.sizes(), x.options().memory_format(at::MemoryFormat::Contiguous));
  NormRows raw;
  raw.width = x.size(-1);
  raw.rows = x.numel() / raw.width;
  raw.stride = row_stride(rows);
  raw.x = rows.const_data_ptr<float>();
  raw.weight = weight.const_data_ptr<float>();
  raw.bias = bias.const_data_ptr<float>();
  raw.epsilon = static_cast<float>(epsilon);
  layer_norm_cpu(raw, out.mutable_data_ptr<float>());
  return out;
}

}  // namespace ocrbatch::kernels
