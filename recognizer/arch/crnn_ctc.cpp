#include "recognizer/arch/crnn_ctc.h"

namespace ocrbatch::recognizer {

CrnnCtcParameters CrnnCtcParameters::read(StrictObject& model) {
  CrnnCtcParameters p;
  p.backbone.read(model);
  return p;
}

CrnnCtc::CrnnCtc(const ModelConfig& config, const CrnnCtcParameters& parameters) {
  backbone_ = register_module("backbone", CrnnBackbone(config.img_height, parameters.backbone));
  head_ =
      register_module("head", torch::nn::Linear(parameters.backbone.hidden_size, config.alphabet.classes()));
}

torch::Tensor CrnnCtc::forward(const torch::Tensor& images, const torch::Tensor& widths) {
  return head_->forward(backbone_->forward(images, widths)).to(torch::kFloat);
}

void CrnnCtc::prepare_for_inference(const FastArithmetic& fast) {
  eval();
  backbone_->fold(fast.bfloat16 ? torch::kBFloat16 : torch::kFloat);
}

}  // namespace ocrbatch::recognizer
