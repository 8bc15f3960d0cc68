#include "recognizer/arch/cnn_bilstm_ctc.h"

#include <algorithm>

namespace ocrbatch::recognizer {
namespace {

constexpr int kHeight =
    64;  // 64 / 8 rows before the last convolution, 8 - 6 after it, 2 / 2 after the last pool
constexpr int kLastKernel = 7, kPitchPx = 8;
constexpr int kMinWidthPx = kLastKernel * kPitchPx;  // narrower lines are read with paper on their right
constexpr int kChannels[] = {32, 64, 128, 128, 256, 256, 512};
constexpr int kFeatures = 512, kHidden = 512;

}  // namespace

CnnBilstmCtcParameters CnnBilstmCtcParameters::read(StrictObject&) {
  return {};
}

boost::json::object CnnBilstmCtcParameters::to_json() const {
  return {};
}

CnnBilstmCtc::CnnBilstmCtc(const ModelConfig& config, const CnnBilstmCtcParameters&) {
  if (config.img_height != kHeight)
    throw ConfigError(
        "model.img_height should be 64: only then the convolutions of cnn_bilstm_ctc leave one row");
  int in = 1;
  for (int i = 0; i < 7; ++i) {
    ConvolutionBlockOptions options{in, kChannels[i]};
    options.norm = i % 2 == 1;
    if (i == 6) {
      options.kernel = {kLastKernel, kLastKernel};
      options.padding = {0, 0};
    }
    convolutions_.push_back(register_module("conv" + std::to_string(i), ConvolutionBlock(options)));
    in = kChannels[i];
  }
  lstm0_ = register_module("lstm0", BidirectionalLstm(kFeatures, kHidden, kFeatures));
  lstm1_ = register_module("lstm1", BidirectionalLstm(kFeatures, kHidden, kFeatures));
  head_ = register_module("head", torch::nn::Linear(kFeatures, config.alphabet.classes()));
}

int CnnBilstmCtc::frames(int width_px) const {
  return std::max(width_px, kMinWidthPx) / kPitchPx - (kLastKernel - 1);
}

FrameGrid CnnBilstmCtc::frame_grid() const {
  // A frame's centre is the middle of the last convolution's seven columns.
  return {.pixels_per_frame = kPitchPx, .first_px = (kLastKernel / 2) * kPitchPx};
}

torch::Tensor CnnBilstmCtc::forward(const torch::Tensor& images, const torch::Tensor& widths_px) {
  torch::Tensor widths = widths_px.clamp_min(kMinWidthPx), maps = images;
  if (maps.size(3) < kMinWidthPx) maps = torch::constant_pad_nd(maps, {0, kMinWidthPx - maps.size(3)});
  maps = maps.contiguous(torch::MemoryFormat::ChannelsLast);
  for (std::size_t i = 0; i < 6; ++i) {
    maps = convolutions_[i]->forward_cleared(maps, widths);
    if (i % 2 == 0) continue;
    widths = torch::floor_divide(widths, 2).to(torch::kInt);
    // Of a line of odd width the pool leaves out the last column, and in a wider batch pairs it with padding.
    maps = clear_padding(torch::max_pool2d(maps, {2, 2}), widths);
  }
  maps = torch::max_pool2d(convolutions_[6]->forward(maps), {2, 1});
  const torch::Tensor lengths = (widths - (kLastKernel - 1)).to(torch::kInt);
  torch::Tensor x = maps.squeeze(2).transpose(1, 2);  // (batch, T, 512)
  x = lstm1_->forward(lstm0_->forward(x, lengths), lengths);
  return head_->forward(x).to(torch::kFloat);
}

void CnnBilstmCtc::prepare_for_inference(const FastArithmetic& fast) {
  eval();
  for (ConvolutionBlock& convolution : convolutions_)
    convolution->fold(fast.bfloat16 ? torch::kBFloat16 : torch::kFloat);
}

}  // namespace ocrbatch::recognizer
