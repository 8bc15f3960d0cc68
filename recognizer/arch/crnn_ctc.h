// crnn_ctc: the convolutional recurrent network of arXiv 1507.05717 (layers/crnn_backbone.h) -> linear ->
// CTC.
#pragma once

#include "recognizer/ctc_network.h"
#include "recognizer/layers/crnn_backbone.h"

namespace ocrbatch::recognizer {

struct CrnnCtcParameters {
  CrnnBackboneParameters backbone;

  static CrnnCtcParameters read(StrictObject& model);
  boost::json::object to_json() const { return backbone.to_json(); }
};

class CrnnCtc : public CtcNetwork {
 public:
  CrnnCtc(const ModelConfig& config, const CrnnCtcParameters& parameters);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) override;
  int frames(int width_px) const override { return CrnnBackboneImpl::frames(width_px); }
  FrameGrid frame_grid() const override { return {.pixels_per_frame = CrnnBackboneImpl::kPitchPx}; }
  void prepare_for_inference(const FastArithmetic& fast) override;

 private:
  CrnnBackbone backbone_{nullptr};
  torch::nn::Linear head_{nullptr};
};

}  // namespace ocrbatch::recognizer
