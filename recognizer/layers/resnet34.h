// ResNet34 (arXiv 1512.03385) as the backbone of a line recognizer. Parameters have torchvision's names
// (conv1, bn1, layer1.0.conv1, layer2.0.downsample.0, ...), so that a file of its ImageNet weights loads
// unchanged.
//
// Stages 2 to 4 halve the height only, so that a line of 32 x W becomes a sequence:
//   image      3 x 32 x W      gray thrice, normalized as ImageNet's pictures are
//   conv1     64 x 16 x W/2    7x7, stride 2
//   maxpool   64 x  8 x W/4    3x3, stride 2
//   layer1    64 x  8 x W/4    3 blocks
//   layer2   128 x  4 x W/4    4 blocks, stride (2, 1)
//   layer3   256 x  2 x W/4    6 blocks, stride (2, 1)
//   layer4   512 x  1 x W/4    3 blocks, stride (2, 1)
//
// Behind each block sits a bottleneck adapter (arXiv 1902.00751, with 1x1 convolutions as in arXiv
// 1803.10082): x + up(relu(down(x))), without effect until it is trained.
#pragma once

#include <torch/nn.h>

namespace ocrbatch::recognizer {

class BottleneckAdapterImpl : public torch::nn::Module {
 public:
  BottleneckAdapterImpl(int channels, int bottleneck);
  torch::Tensor forward(const torch::Tensor& maps);
  void convert(torch::ScalarType type);

 private:
  torch::nn::Conv2d down_{nullptr}, up_{nullptr};
};
TORCH_MODULE(BottleneckAdapter);

class BasicBlockImpl : public torch::nn::Module {
 public:
  // adapter_bottleneck 0: without adapter.
  BasicBlockImpl(int in, int out, int vertical_stride, int adapter_bottleneck);
  torch::Tensor forward(const torch::Tensor& maps, const torch::Tensor& widths);
  void fold(torch::ScalarType type);

 private:
  bool folded_ = false;
  torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr};
  // Where the shape changes: "downsample.0" and "downsample.1".
  torch::nn::Conv2d shortcut_{nullptr};
  torch::nn::BatchNorm2d shortcut_norm_{nullptr};
  BottleneckAdapter adapter_{nullptr};
};
TORCH_MODULE(BasicBlock);

struct ResNet34Options {
  int base_channels = 64;      // of layer1; torchvision's weights have 64
  int adapter_bottleneck = 4;  // an adapter has channels / this inside; 0: no adapters
};

class ResNet34Impl : public torch::nn::Module {
 public:
  static constexpr int kHeightPx = 32, kPitchPx = 4;

  explicit ResNet34Impl(const ResNet34Options& options);
  // images (batch, 1, 32, W): 0 paper to 1 ink; widths (batch) int32 on the CPU, columns. Returns (batch,
  // channels, 1, W/4), rounded up twice; columns at and beyond frames(widths[b]) are zero.
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths);
  static int frames(int width_px) { return ((width_px + 1) / 2 + 1) / 2; }
  int channels() const { return channels_; }
  void fold(torch::ScalarType type);

 private:
  bool folded_ = false;
  int channels_;
  torch::nn::Conv2d conv1_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr};
  std::vector<BasicBlock> blocks_;
  torch::Tensor mean_, scale_;
};
TORCH_MODULE(ResNet34);

}  // namespace ocrbatch::recognizer
