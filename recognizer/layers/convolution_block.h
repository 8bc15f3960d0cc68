// Convolution, batch norm and ReLU (each of the two may be left out), the brick of the convolutional
// backbones.
#pragma once

#include <torch/nn.h>

#include <optional>

#include "kernels/image_convolution.h"
#include "kernels/int8_convolution.h"
#include "kernels/winograd_convolution.h"
#include "kernels/winograd_int16.h"

namespace ocrbatch::recognizer {

// Zeroes columns at and beyond each line's width, so that a convolution sees at a line's right end what it
// would see without the batch's padding. maps (batch, C, H, W); widths (batch) int32, on the CPU or where the
// maps are. In place where no gradient is wanted.
torch::Tensor clear_padding(const torch::Tensor& maps, const torch::Tensor& widths);

// Folds a batch norm (null: none) into the convolution before it and stores the weights in that type: the
// convolution alone then gives, in evaluation, what both gave.
void fold_batch_norm(torch::nn::Conv2d& convolution, const torch::nn::BatchNorm2d& norm,
                     torch::ScalarType weights);

struct ConvolutionBlockOptions {
  int in = 1, out = 1;
  std::vector<int64_t> kernel = {3, 3}, stride = {1, 1}, padding = {1, 1};
  bool relu = true;
  bool norm = true;  // batch norm; without it the convolution has a bias
};

class ConvolutionBlockImpl : public torch::nn::Module {
 public:
  explicit ConvolutionBlockImpl(const ConvolutionBlockOptions& options);
  // (batch, in, H, W) -> (batch, out, H', W'); `skip`, when defined, is added before the ReLU.
  torch::Tensor forward(const torch::Tensor& maps, const torch::Tensor& skip = {});
  // The same with clear_padding behind it; maps and skip are zero behind their widths, and `widths` are the
  // result's.
  torch::Tensor forward_cleared(const torch::Tensor& maps, const torch::Tensor& widths,
                                const torch::Tensor& skip = {});
  // Folds the batch norm into the convolution: same results in evaluation, one pass less. In float32 on a CPU
  // a 3x3 convolution becomes Winograd's. As bytes (kChar; on a CPU, for maps that are not negative)
  // forward_cleared() is in products of bytes, or Winograd's of 16-bit numbers where a processor does not
  // multiply bytes four times as fast as float32; a first convolution, of an image, is neither.
  void fold(torch::ScalarType weights);

 private:
  bool relu_, folded_ = false;
  std::optional<kernels::ImageConvolution> from_image_;
  std::optional<kernels::WinogradConvolution> winograd_;
  std::optional<kernels::WinogradInt16> winograd_int16_;
  std::optional<kernels::Int8Convolution> int8_;
  torch::nn::Conv2d convolution_{nullptr};
  torch::nn::BatchNorm2d norm_{nullptr};
};
TORCH_MODULE(ConvolutionBlock);

// Two 3x3 blocks around a skip connection (arXiv 1512.03385, basic block).
class ResidualBlockImpl : public torch::nn::Module {
 public:
  static constexpr const char* kClosing = "second.norm.weight";  // at zero, non-negative maps pass unchanged

  explicit ResidualBlockImpl(int channels);
  torch::Tensor forward(const torch::Tensor& maps, const torch::Tensor& widths);
  void fold(torch::ScalarType weights);

 private:
  ConvolutionBlock first_{nullptr}, second_{nullptr};
};
TORCH_MODULE(ResidualBlock);

}  // namespace ocrbatch::recognizer
