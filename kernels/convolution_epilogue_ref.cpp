#include <ATen/ATen.h>

#include <algorithm>

#include "kernels/convolution_epilogue.h"

namespace ocrbatch::kernels {

at::Tensor convolution_epilogue_reference(const ConvolutionEpilogueInputs& in) {
  const at::Tensor maps = in.maps.to(at::kCPU, at::kDouble).contiguous(),
                   widths = in.widths.to(at::kCPU, at::kInt).contiguous();
  const at::Tensor bias = in.bias.defined() ? in.bias.to(at::kCPU, at::kDouble).contiguous() : at::Tensor(),
                   skip = in.skip.defined() ? in.skip.to(at::kCPU, at::kDouble).contiguous() : at::Tensor();
  at::Tensor out = at::zeros_like(maps);
  const int64_t rows = maps.size(2), columns = maps.size(3);
  for (int64_t b = 0; b < maps.size(0); ++b) {
    const int64_t width = std::min<int64_t>(widths.const_data_ptr<int>()[b], columns);
    for (int64_t c = 0; c < maps.size(1); ++c)
      for (int64_t y = 0; y < rows; ++y)
        for (int64_t x = 0; x < width; ++x) {
          const int64_t i = ((b * maps.size(1) + c) * rows + y) * columns + x;
          double value = maps.const_data_ptr<double>()[i];
          if (bias.defined()) value += bias.const_data_ptr<double>()[c];
          if (skip.defined()) value += skip.const_data_ptr<double>()[i];
          out.mutable_data_ptr<double>()[i] = in.relu ? std::max(value, 0.0) : value;
        }
  }
  return out;
}

}  // namespace ocrbatch::kernels
