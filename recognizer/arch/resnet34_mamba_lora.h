// resnet34_mamba_lora: ResNet34 with bottleneck adapters -> sequence (batch, W/4, 512) -> projection -> Mamba
// layers with LoRA -> linear -> CTC. Made for taking a large trained network to new material: training moves
// the adapters, layer4, the projection, the LoRA matrices and the classifier, and nothing else
// (configs/resnet34_mamba_lora.json).
#pragma once

#include <torch/nn.h>

#include "recognizer/ctc_network.h"
#include "recognizer/layers/mamba.h"
#include "recognizer/layers/resnet34.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {

struct Resnet34MambaLoraParameters {
  int base_channels = 64;
  int adapter_bottleneck = 4;
  MambaParameters mamba = {.mamba_d_model = 256, .d_state = 16, .dropout = 0.1, .lora_rank = 8};

  static Resnet34MambaLoraParameters read(StrictObject& model);
  boost::json::object to_json() const;
};

class Resnet34MambaLora : public CtcNetwork {
 public:
  // Throws ConfigError unless img_height is 32.
  Resnet34MambaLora(const ModelConfig& config, const Resnet34MambaLoraParameters& parameters);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) override;
  int frames(int width_px) const override { return ResNet34Impl::frames(width_px); }
  FrameGrid frame_grid() const override { return {.pixels_per_frame = ResNet34Impl::kPitchPx}; }
  std::vector<ResidualBranch> residual_branches() const override { return branches_; }
  void prepare_for_inference(const FastArithmetic& fast) override;

 private:
  ResNet34 backbone_{nullptr};
  torch::nn::Linear projection_{nullptr};
  std::vector<MambaLayer> layers_;
  torch::nn::LayerNorm norm_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
  torch::nn::Linear head_{nullptr};
  std::vector<ResidualBranch> branches_;
};

}  // namespace ocrbatch::recognizer
