#include "kernels/line_places.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ocrbatch::kernels {

at::Tensor line_places(const LineRows& lines, const at::Tensor& x, const at::Tensor& lengths) {
  if (!x.is_cuda()) return {};
  const at::Tensor places =
      at::empty({2, lines.batch}, at::TensorOptions().dtype(at::kInt).pinned_memory(true));
  int* const to = places.mutable_data_ptr<int>();
  std::copy_n(lengths.const_data_ptr<int>(), lines.batch, to);
  std::ranges::copy(lines.first, to + lines.batch);
  return places.to(x.device(), at::kInt, /*non_blocking=*/true);
}

at::Tensor line_places(const at::Tensor& x, const at::Tensor& lengths) {
  if (!x.is_cuda()) return {};
  if (lengths.is_cpu()) return line_places(LineRows("line_places", x, lengths), x, lengths);
  TORCH_CHECK(x.dim() == 3 && lengths.scalar_type() == at::kInt && lengths.device() == x.device() &&
                  lengths.sizes() == at::IntArrayRef{x.size(0)},
              "line_places: lengths should be int32 of padded lines, got ", x.sizes());
  return at::stack({lengths, at::arange(x.size(0), lengths.options()) * static_cast<int>(x.size(1))});
}

}  // namespace ocrbatch::kernels
