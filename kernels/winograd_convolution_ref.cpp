#include <ATen/ATen.h>

#include "kernels/winograd_convolution.h"

namespace ocrbatch::kernels {

at::Tensor winograd_convolution_reference(const at::Tensor& weight, const at::Tensor& bias,
                                          const at::Tensor& maps, const at::Tensor& widths,
                                          const at::Tensor& skip, bool relu) {
  const at::Tensor counts =
      at::arange(maps.size(3)).unsqueeze(0).lt(widths.unsqueeze(1)).view({maps.size(0), 1, 1, maps.size(3)});
  at::Tensor out = at::conv2d(maps * counts, weight, bias, /*stride=*/1, /*padding=*/1);
  if (skip.defined()) out = out + skip;
  if (relu) out = at::relu(out);
  return out * counts;
}

}  // namespace ocrbatch::kernels
