#include "recognizer/layers/convolution_block.h"

#include <ATen/autocast_mode.h>

#include <array>

#include "kernels/convolution_epilogue.h"
#include "kernels/int8_rows.h"
#include "kernels/winograd_training.h"
#include "recognizer/layers/batch_norm.h"
#include "recognizer/layers/on_device.h"

namespace ocrbatch::recognizer {
namespace {

// With fewer channels, the transformations cost more than they save.
constexpr int64_t kWinogradFrom = 16;

// Stride and padding of a convolution that has no other settings.
struct Geometry {
  std::array<int64_t, 2> stride, padding;
};

std::optional<Geometry> plain_geometry(const torch::nn::Conv2d& convolution) {
  const auto& options = convolution->options;
  const auto* const padding = std::get_if<torch::ExpandingArray<2>>(&options.padding());
  const std::array<int64_t, 2> dilation = *options.dilation();
  if (padding == nullptr || options.groups() != 1 || dilation != std::array<int64_t, 2>{1, 1})
    return std::nullopt;
  return Geometry{*options.stride(), **padding};
}

bool suits_winograd(const torch::Tensor& weight, const Geometry& geometry) {
  constexpr std::array<int64_t, 2> kOnes = {1, 1};
  return weight.size(1) >= kWinogradFrom && weight.size(2) == 3 && weight.size(3) == 3 &&
         geometry.stride == kOnes && geometry.padding == kOnes;
}

// LibTorch's convolution without its bias.
torch::Tensor convolve_without_bias(const torch::nn::Conv2d& convolution, const Geometry& geometry,
                                    const torch::Tensor& maps) {
  return torch::conv2d(maps.to(convolution->weight.scalar_type()), convolution->weight, {}, geometry.stride,
                       geometry.padding)
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

// LibTorch's convolution, or in training on a CPU in float32 Winograd's, where that is less work.
torch::Tensor convolve(torch::nn::Conv2d& convolution, const torch::Tensor& maps) {
  const std::optional<Geometry> geometry = plain_geometry(convolution);
  const torch::Tensor& weight = convolution->weight;
  const bool in_float32 = maps.is_cpu() && maps.scalar_type() == torch::kFloat &&
                          weight.scalar_type() == torch::kFloat &&
                          !at::autocast::is_autocast_enabled(at::kCPU);
  if (!convolution->is_training() || !torch::GradMode::is_enabled() || !in_float32 || !geometry ||
      !suits_winograd(weight, *geometry) || convolution->bias.defined())
    return convolution->forward(maps);
  return kernels::winograd_convolution_in_training(maps, weight);
}

}  // namespace

torch::Tensor clear_padding(const torch::Tensor& maps, const torch::Tensor& widths) {
  const int64_t columns = maps.size(3);
  const bool are_known = widths.is_cpu();
  const int* const width = are_known ? widths.const_data_ptr<int>() : nullptr;
  bool padded = !are_known;
  for (int64_t b = 0; are_known && b < widths.size(0); ++b) padded = padded || width[b] < columns;
  if (!padded) return maps;
  if (torch::GradMode::is_enabled() || !maps.is_cpu()) {
    const torch::Tensor mask = torch::arange(columns, torch::TensorOptions(maps.device()).dtype(torch::kInt))
                                   .unsqueeze(0)
                                   .lt(on_device(widths, maps.device()).unsqueeze(1));
    return maps * mask.to(maps.scalar_type()).view({widths.size(0), 1, 1, columns});
  }
  for (int64_t b = 0; b < widths.size(0); ++b) {
    if (width[b] < columns) maps[b].slice(2, width[b]).zero_();
  }
  return maps;
}

void fold_batch_norm(torch::nn::Conv2d& convolution, const torch::nn::BatchNorm2d& norm,
                     torch::ScalarType weights) {
  const torch::NoGradGuard no_grad;
  torch::Tensor weight = convolution->weight, bias = convolution->bias;
  if (!norm.is_empty()) {
    const torch::Tensor scale = norm->weight / torch::sqrt(norm->running_var + norm->options.eps());
    bias = norm->bias + ((bias.defined() ? bias : torch::zeros_like(scale)) - norm->running_mean) * scale;
    weight = weight * scale.view({-1, 1, 1, 1});
  }
  convolution->weight = weight.to(weights).contiguous(torch::MemoryFormat::ChannelsLast);
  if (bias.defined()) convolution->bias = bias.to(weights);
}

ConvolutionBlockImpl::ConvolutionBlockImpl(const ConvolutionBlockOptions& options) : relu_(options.relu) {
  convolution_ = register_module(
      "convolution", torch::nn::Conv2d(torch::nn::Conv2dOptions(options.in, options.out,
                                                                torch::ExpandingArray<2>(options.kernel))
                                           .stride(torch::ExpandingArray<2>(options.stride))
                                           .padding(torch::ExpandingArray<2>(options.padding))
                                           .bias(!options.norm)));
  torch::nn::init::kaiming_normal_(convolution_->weight, 0.0, torch::kFanOut, torch::kReLU);
  if (options.norm) norm_ = register_module("norm", torch::nn::BatchNorm2d(options.out));
}

torch::Tensor ConvolutionBlockImpl::forward(const torch::Tensor& maps, const torch::Tensor& skip) {
  torch::Tensor out = convolve(convolution_, folded_ ? maps.to(convolution_->weight.scalar_type()) : maps);
  if (!folded_ && norm_) out = batch_norm(norm_, out);
  if (skip.defined()) out = folded_ ? out.add_(skip) : out + skip;
  return relu_ ? out.relu_() : out;
}

torch::Tensor ConvolutionBlockImpl::forward_cleared(const torch::Tensor& maps, const torch::Tensor& widths,
                                                    const torch::Tensor& skip) {
  if (int8_) return kernels::int8_convolution(*int8_, maps, widths, skip, relu_);
  if (winograd_int16_) return kernels::winograd_int16(*winograd_int16_, maps, widths, skip, relu_);
  if (from_image_ && !skip.defined())
    return kernels::image_convolution(*from_image_, maps.to(torch::kFloat), widths, relu_);
  if (winograd_)
    return kernels::winograd_convolution(*winograd_, maps.to(torch::kFloat), widths, skip, relu_);
  // On a device what follows a convolution is one pass. (On a CPU oneDNN adds the bias within the
  // convolution.)
  const std::optional<Geometry> geometry = plain_geometry(convolution_);
  if (!maps.is_cpu() && folded_ && geometry && !torch::GradMode::is_enabled())
    return kernels::convolution_epilogue({.maps = convolve_without_bias(convolution_, *geometry, maps),
                                          .bias = convolution_->bias,
                                          .skip = skip,
                                          .widths = on_device(widths, maps.device()),
                                          .relu = relu_});
  return clear_padding(forward(maps, skip), widths);
}

void ConvolutionBlockImpl::fold(torch::ScalarType weights) {
  const bool in_bytes = weights == torch::kChar;
  fold_batch_norm(convolution_, norm_, in_bytes ? torch::kFloat : weights);
  folded_ = true;
  const torch::Tensor &weight = convolution_->weight, &bias = convolution_->bias;
  const std::optional<Geometry> geometry = plain_geometry(convolution_);
  if (!geometry || !weight.is_cpu() || weight.scalar_type() != torch::kFloat) return;
  // Winograd's has a quarter of the multiplications, and in bytes it is one of 16-bit numbers.
  const bool as_winograd = suits_winograd(weight, *geometry) && (!in_bytes || kernels::int8_speedup() < 4);
  if (weight.size(1) == 1) {
    from_image_ = kernels::make_image_convolution(weight, bias, geometry->stride, geometry->padding);
  } else if (as_winograd && in_bytes) {
    winograd_int16_ = kernels::make_winograd_int16(weight, bias);
  } else if (as_winograd) {
    winograd_ = kernels::make_winograd_convolution(weight, bias);
  } else if (in_bytes) {
    int8_ = kernels::make_int8_convolution(weight, bias, geometry->stride, geometry->padding);
  }
}

ResidualBlockImpl::ResidualBlockImpl(int channels) {
  first_ = register_module("first", ConvolutionBlock(ConvolutionBlockOptions{channels, channels}));
  second_ = register_module("second", ConvolutionBlock(ConvolutionBlockOptions{channels, channels}));
}

torch::Tensor ResidualBlockImpl::forward(const torch::Tensor& maps, const torch::Tensor& widths) {
  return second_->forward_cleared(first_->forward_cleared(maps, widths), widths, maps);
}

void ResidualBlockImpl::fold(torch::ScalarType weights) {
  first_->fold(weights);
  second_->fold(weights);
}

}  // namespace ocrbatch::recognizer
