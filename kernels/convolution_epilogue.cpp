// Checks and dispatch of the convolution epilogue.
#include "kernels/convolution_epilogue.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "kernels/convolution_epilogue_on_cuda.h"
#include "kernels/parallel_lines.h"

namespace ocrbatch::kernels {
namespace {

// A pixel's channels at a time.
template <class Number>
void epilogue_on_cpu(const ConvolutionEpilogueInputs& in) {
  const int64_t channels = in.maps.size(1), rows = in.maps.size(2), columns = in.maps.size(3);
  const at::Tensor bias = in.bias.defined() ? in.bias.to(at::kFloat).contiguous() : at::zeros({channels});
  const float* const of_channel = bias.const_data_ptr<float>();
  const float least = in.relu ? 0.0F : -std::numeric_limits<float>::infinity();
  parallel_lines(in.maps.size(0), [&](int64_t b) {
    const int64_t width = std::clamp<int64_t>(in.widths.const_data_ptr<int>()[b], 0, columns);
    for (int64_t y = 0; y < rows; ++y) {
      const int64_t first = (b * rows + y) * columns * channels;
      Number* to = in.maps.mutable_data_ptr<Number>() + first;
      const Number* skip = in.skip.defined() ? in.skip.const_data_ptr<Number>() + first : nullptr;
      for (int64_t x = 0; x < width; ++x, to += channels) {
        for (int64_t c = 0; c < channels; ++c) {
          float value = static_cast<float>(to[c]) + of_channel[c];
          if (skip != nullptr) value += static_cast<float>(skip[c]);
          to[c] = static_cast<Number>(value < least ? least : value);
        }
        if (skip != nullptr) skip += channels;
      }
      std::fill_n(to, (columns - width) * channels, Number(0.0F));
    }
  });
}

bool is_channels_last(const at::Tensor& maps) {
  return maps.is_contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

at::Tensor convolution_epilogue(const ConvolutionEpilogueInputs& in) {
  TORCH_CHECK(in.maps.dim() == 4 && is_channels_last(in.maps),
              "convolution_epilogue: maps should be (batch, channels, H, W) with channels last, got ",
              in.maps.sizes());
  TORCH_CHECK(!in.bias.defined() || (in.bias.sizes() == at::IntArrayRef{in.maps.size(1)} &&
                                     in.bias.device() == in.maps.device()),
              "convolution_epilogue: bias should be (", in.maps.size(1), ") on ", in.maps.device());
  TORCH_CHECK(!in.skip.defined() ||
                  (in.skip.sizes() == in.maps.sizes() && in.skip.scalar_type() == in.maps.scalar_type() &&
                   in.skip.device() == in.maps.device() && is_channels_last(in.skip)),
              "convolution_epilogue: skip should be as maps, ", in.maps.sizes());
  TORCH_CHECK(in.widths.defined() && in.widths.device() == in.maps.device() &&
                  in.widths.scalar_type() == at::kInt && in.widths.is_contiguous() &&
                  in.widths.sizes() == at::IntArrayRef{in.maps.size(0)},
              "convolution_epilogue: widths should be ", in.maps.size(0), " int32 on ", in.maps.device());
  TORCH_CHECK(in.maps.is_cpu() || (in.maps.is_cuda() && kEpilogueHasCuda),
              "convolution_epilogue: no kernel for device ", in.maps.device());
  if (in.maps.is_cuda()) {
    convolution_epilogue_on_cuda(in);
    return in.maps;
  }
  switch (in.maps.scalar_type()) {
    case at::kFloat:
      epilogue_on_cpu<float>(in);
      return in.maps;
    case at::kBFloat16:
      epilogue_on_cpu<c10::BFloat16>(in);
      return in.maps;
    case at::kHalf:
      epilogue_on_cpu<c10::Half>(in);
      return in.maps;
    default:
      TORCH_CHECK(false, "convolution_epilogue: maps should be float32, bfloat16 or float16, got ",
                  in.maps.scalar_type());
  }
}

}  // namespace ocrbatch::kernels
