// mamba_ctc: convolutional backbone -> sequence (batch, T, d_model) -> bidirectional Mamba layers -> linear
// -> CTC.
//
// For img_height 32 and the default channels, a line of width W:
//   image        1 x 32 x W
//   stem        32 x 16 x W/2      3x3, stride 2
//   stage 1     64 x  8 x W/4      3x3, stride 2, residual blocks
//   stage 2     96 x  4 x W/4      3x3, stride (2, 1), residual blocks
//   collapse   192 x  1 x W/4      one convolution over the whole height
#pragma once

#include <torch/nn.h>

#include "recognizer/ctc_network.h"
#include "recognizer/layers/convolution_block.h"
#include "recognizer/layers/mamba.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {

struct MambaCtcParameters {
  // The convolutional backbone: a stem at half resolution, then stages at a quarter of the width.
  std::vector<int> cnn_channels = {32, 64, 96};
  std::vector<int> cnn_blocks = {0, 1, 1};  // residual blocks after each stage's first convolution
  MambaParameters mamba;

  static MambaCtcParameters read(StrictObject& model);
  boost::json::object to_json() const;
};

class MambaCtc : public CtcNetwork {
 public:
  MambaCtc(const ModelConfig& config, const MambaCtcParameters& parameters);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) override;
  bool can_be_recorded() const override { return true; }
  int frames(int width_px) const override;
  FrameGrid frame_grid() const override { return {.pixels_per_frame = 4}; }
  std::vector<ResidualBranch> residual_branches() const override { return branches_; }
  std::vector<ChannelGroup> channel_groups() const override;
  void prepare_for_inference(const FastArithmetic& fast) override;

 private:
  struct Stage {
    ConvolutionBlock first{nullptr};
    std::vector<ResidualBlock> blocks;
    bool halves_width = true;
  };
  MambaCtcParameters parameters_;
  std::vector<Stage> stages_;
  ConvolutionBlock collapse_{nullptr};
  std::vector<MambaLayer> layers_;
  torch::nn::LayerNorm norm_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
  LoraLinear head_{nullptr};  // without a low-rank update
  std::vector<ResidualBranch> branches_;
};

}  // namespace ocrbatch::recognizer
