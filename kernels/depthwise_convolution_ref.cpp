#include <ATen/ATen.h>

#include <cmath>

#include "kernels/depthwise_convolution.h"
#include "kernels/line_rows.h"

namespace ocrbatch::kernels {

at::Tensor depthwise_convolution_reference(const DepthwiseConvolutionInputs& in) {
  const auto as_double = [](const at::Tensor& t) {
    return t.detach().to(at::kCPU, at::kDouble).contiguous();
  };
  const at::Tensor x = as_double(in.x), weight = as_double(in.weight), bias = as_double(in.bias);
  const at::Tensor lengths = in.lengths.to(at::kCPU, at::kInt).contiguous();
  const LineRows lines("depthwise_convolution_reference", x, lengths);
  const int64_t channels = x.size(-1);
  const int taps = static_cast<int>(weight.size(1));
  at::Tensor out = at::zeros_like(x);
  for (int64_t b = 0; b < lines.batch; ++b) {
    const int64_t first = lines.first[static_cast<size_t>(b)];
    const int64_t length = lengths.data_ptr<int>()[b];
    for (int64_t t = 0; t < length; ++t) {
      for (int64_t d = 0; d < channels; ++d) {
        double sum = bias.data_ptr<double>()[d];
        for (int k = 0; k < taps; ++k) {
          const int64_t from = t + convolution_offset(in.window, k, taps);
          if (from < 0 || from >= length) continue;
          sum +=
              weight.data_ptr<double>()[d * taps + k] * x.data_ptr<double>()[(first + from) * channels + d];
        }
        out.data_ptr<double>()[(first + t) * channels + d] = in.silu ? sum / (1.0 + std::exp(-sum)) : sum;
      }
    }
  }
  return out;
}

}  // namespace ocrbatch::kernels
