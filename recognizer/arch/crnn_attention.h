// crnn_attention: CRNN's convolutions and LSTM layers (layers/crnn_backbone.h) as the encoder of a
// sequence-to-sequence model, whose decoder writes one label after the other under attention
// (layers/attention_decoder.h). For alphabets of thousands of characters and for lines whose letters do not
// follow one another at an even pace.
#pragma once

#include "recognizer/layers/attention_decoder.h"
#include "recognizer/layers/crnn_backbone.h"
#include "recognizer/network.h"

namespace ocrbatch::recognizer {

struct CrnnAttentionParameters {
  CrnnBackboneParameters backbone;
  int attention_size = 128;
  int embedding_size = 128;
  int max_length = 128;  // labels that a line may have
  // Probability, at the end of training, that a step sees the network's own last label instead of the true
  // one (scheduled sampling, arXiv 1506.03099); it rises linearly from 0.
  double scheduled_sampling = 0.1;
  double label_smoothing = 0.0;

  static CrnnAttentionParameters read(StrictObject& model);
  boost::json::object to_json() const;
};

class CrnnAttention : public LineNetwork {
 public:
  CrnnAttention(const ModelConfig& config, const CrnnAttentionParameters& parameters);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) override;
  int frames(int width_px) const override { return CrnnBackboneImpl::frames(width_px); }
  bool can_align(int width_px, const std::vector<int>& labels) const override;
  torch::Tensor loss(const torch::Tensor& encoded, const torch::Tensor& widths,
                     const Targets& targets) override;
  std::vector<std::vector<ReadLabel>> read(const torch::Tensor& encoded, const torch::Tensor& widths,
                                           const Decoding& decoding) override;
  std::vector<std::string> tensors_by_label() const override;
  void set_training_progress(double share) override { progress_ = share; }
  void prepare_for_inference(const FastArithmetic& fast) override;

 private:
  CrnnAttentionParameters parameters_;
  CrnnBackbone encoder_{nullptr};
  AttentionDecoder decoder_{nullptr};
  double progress_ = 0;
};

}  // namespace ocrbatch::recognizer
