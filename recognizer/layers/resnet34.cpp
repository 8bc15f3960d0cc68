#include "recognizer/layers/resnet34.h"

#include <torch/torch.h>

#include "recognizer/layers/batch_norm.h"
#include "recognizer/layers/convolution_block.h"
#include "recognizer/layers/on_device.h"

namespace ocrbatch::recognizer {
namespace {

constexpr int kBlocks[] = {3, 4, 6, 3};

torch::nn::Conv2d convolution(int in, int out, int kernel, torch::ExpandingArray<2> stride) {
  torch::nn::Conv2d made(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
  torch::nn::init::kaiming_normal_(made->weight, 0.0, torch::kFanOut, torch::kReLU);
  return made;
}

torch::Tensor half(const torch::Tensor& widths) {
  return torch::floor_divide(widths + 1, 2).to(torch::kInt);
}

// The convolution and its norm; only the convolution once that norm is folded into it.
torch::Tensor normalized(torch::nn::Conv2d& convolution, torch::nn::BatchNorm2d& norm, bool folded,
                         const torch::Tensor& maps) {
  if (folded) return convolution->forward(maps.to(convolution->weight.scalar_type()));
  return batch_norm(norm, convolution->forward(maps));
}

}  // namespace

BottleneckAdapterImpl::BottleneckAdapterImpl(int channels, int bottleneck) {
  const int inside = std::max(1, channels / bottleneck);
  down_ = register_module("down", torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, inside, 1)));
  up_ = register_module("up", torch::nn::Conv2d(torch::nn::Conv2dOptions(inside, channels, 1)));
  torch::nn::init::kaiming_normal_(down_->weight, 0.0, torch::kFanIn, torch::kReLU);
  torch::nn::init::zeros_(down_->bias);
  torch::nn::init::zeros_(up_->weight);
  torch::nn::init::zeros_(up_->bias);
}

torch::Tensor BottleneckAdapterImpl::forward(const torch::Tensor& maps) {
  return maps + up_->forward(down_->forward(maps).relu_());
}

void BottleneckAdapterImpl::convert(torch::ScalarType type) {
  for (auto* convolution : {&down_, &up_}) fold_batch_norm(*convolution, nullptr, type);
}

BasicBlockImpl::BasicBlockImpl(int in, int out, int vertical_stride, int adapter_bottleneck) {
  conv1_ = register_module("conv1", convolution(in, out, 3, {vertical_stride, 1}));
  bn1_ = register_module("bn1", torch::nn::BatchNorm2d(out));
  conv2_ = register_module("conv2", convolution(out, out, 3, 1));
  bn2_ = register_module("bn2", torch::nn::BatchNorm2d(out));
  if (in != out) {
    shortcut_ = convolution(in, out, 1, {vertical_stride, 1});
    shortcut_norm_ = torch::nn::BatchNorm2d(out);
    register_module("downsample", torch::nn::Sequential(shortcut_, shortcut_norm_));
  }
  if (adapter_bottleneck > 0)
    adapter_ = register_module("adapter", BottleneckAdapter(out, adapter_bottleneck));
}

torch::Tensor BasicBlockImpl::forward(const torch::Tensor& maps, const torch::Tensor& widths) {
  const torch::Tensor skip = shortcut_ ? normalized(shortcut_, shortcut_norm_, folded_, maps) : maps;
  torch::Tensor inner = clear_padding(normalized(conv1_, bn1_, folded_, maps).relu_(), widths);
  inner = torch::relu(normalized(conv2_, bn2_, folded_, inner) + skip);
  return clear_padding(adapter_ ? adapter_->forward(inner) : inner, widths);
}

void BasicBlockImpl::fold(torch::ScalarType type) {
  fold_batch_norm(conv1_, bn1_, type);
  fold_batch_norm(conv2_, bn2_, type);
  if (shortcut_) fold_batch_norm(shortcut_, shortcut_norm_, type);
  if (adapter_) adapter_->convert(type);
  folded_ = true;
}

ResNet34Impl::ResNet34Impl(const ResNet34Options& options) : channels_(options.base_channels) {
  conv1_ = register_module("conv1", convolution(3, channels_, 7, 2));
  bn1_ = register_module("bn1", torch::nn::BatchNorm2d(channels_));
  for (int stage = 0; stage < 4; ++stage) {
    const int out = options.base_channels << stage;
    torch::nn::ModuleList list;
    for (int i = 0; i < kBlocks[stage]; ++i) {
      const bool first = i == 0 && stage > 0;
      BasicBlock block(first ? channels_ : out, out, first ? 2 : 1, options.adapter_bottleneck);
      list->push_back(block);
      blocks_.push_back(block);
    }
    register_module("layer" + std::to_string(stage + 1), list);
    channels_ = out;
  }
  // ImageNet's mean and deviation as torchvision's weights expect them; a constant, so no buffer.
  mean_ = torch::tensor({0.485, 0.456, 0.406}, torch::kFloat).view({1, 3, 1, 1});
  scale_ = 1 / torch::tensor({0.229, 0.224, 0.225}, torch::kFloat).view({1, 3, 1, 1});
}

torch::Tensor ResNet34Impl::forward(const torch::Tensor& images, const torch::Tensor& widths_px) {
  torch::Tensor widths = widths_px;
  const torch::Tensor mean = on_device(mean_, images.device()), scale = on_device(scale_, images.device());
  torch::Tensor maps = ((1 - images - mean) * scale).contiguous(torch::MemoryFormat::ChannelsLast);
  maps = normalized(conv1_, bn1_, folded_, clear_padding(maps, widths)).relu_();
  widths = half(widths);
  maps = torch::max_pool2d(clear_padding(maps, widths), 3, 2, 1);
  widths = half(widths);
  maps = clear_padding(maps, widths);
  for (BasicBlock& block : blocks_) maps = block->forward(maps, widths);
  return maps;
}

void ResNet34Impl::fold(torch::ScalarType type) {
  fold_batch_norm(conv1_, bn1_, type);
  for (BasicBlock& block : blocks_) block->fold(type);
  folded_ = true;
}

}  // namespace ocrbatch::recognizer
