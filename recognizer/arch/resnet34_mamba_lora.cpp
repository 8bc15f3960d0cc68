#include "recognizer/arch/resnet34_mamba_lora.h"

#include <torch/torch.h>

#include "recognizer/layers/packed_lines.h"

namespace ocrbatch::recognizer {

Resnet34MambaLoraParameters Resnet34MambaLoraParameters::read(StrictObject& model) {
  Resnet34MambaLoraParameters p;
  model.read("base_channels", p.base_channels);
  model.read("adapter_bottleneck", p.adapter_bottleneck);
  model.require(p.base_channels > 0, "base_channels", "positive");
  model.require(p.adapter_bottleneck >= 0, "adapter_bottleneck", "zero or more");
  p.mamba.read(model);
  return p;
}

boost::json::object Resnet34MambaLoraParameters::to_json() const {
  boost::json::object all{{"base_channels", base_channels}, {"adapter_bottleneck", adapter_bottleneck}};
  for (auto& item : mamba.to_json()) all.insert(item);
  return all;
}

Resnet34MambaLora::Resnet34MambaLora(const ModelConfig& config,
                                     const Resnet34MambaLoraParameters& parameters) {
  if (config.img_height != ResNet34Impl::kHeightPx)
    throw ConfigError("model.img_height should be 32: ResNet34 halves it five times");
  backbone_ = register_module(
      "backbone", ResNet34(ResNet34Options{parameters.base_channels, parameters.adapter_bottleneck}));
  projection_ =
      register_module("projection", torch::nn::Linear(backbone_->channels(), parameters.mamba.mamba_d_model));
  for (int i = 0; i < parameters.mamba.mamba_layers; ++i) {
    const std::string layer = "layer" + std::to_string(i);
    layers_.push_back(
        register_module(layer, MambaLayer(parameters.mamba.options(), parameters.mamba.dropout)));
    branches_.push_back({layer, layer + "." + MambaLayerImpl::kClosing});
  }
  norm_ = register_module(
      "norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({parameters.mamba.mamba_d_model})));
  dropout_ = register_module("dropout", torch::nn::Dropout(parameters.mamba.dropout));
  head_ =
      register_module("head", torch::nn::Linear(parameters.mamba.mamba_d_model, config.alphabet.classes()));
}

torch::Tensor Resnet34MambaLora::forward(const torch::Tensor& images, const torch::Tensor& widths) {
  const torch::Tensor maps = backbone_->forward(images, widths);
  const torch::Tensor lengths =
      torch::floor_divide(torch::floor_divide(widths + 1, 2) + 1, 2).to(torch::kInt);
  const PackedLines lines(lengths, maps.size(3), maps.device());
  const torch::Tensor features = lines.pack(maps.squeeze(2).transpose(1, 2));
  torch::Tensor x = linear_in_weight_type(projection_, features).to(torch::kFloat);
  const MambaLines places(x, lengths);
  for (MambaLayer& layer : layers_) x = layer->forward(x, places);
  x = linear_in_weight_type(head_, dropout_->forward(normalized_rows(norm_, x)));
  return lines.unpack(x.to(torch::kFloat));
}

void Resnet34MambaLora::prepare_for_inference(const FastArithmetic& fast) {
  const torch::ScalarType type = fast.bfloat16 ? torch::kBFloat16 : torch::kFloat;
  eval();
  backbone_->fold(type);
  for (MambaLayer& layer : layers_) layer->convert_matrices(type);
  // The projection and the head stay float32: they are small, and confidences come from the head.
}

}  // namespace ocrbatch::recognizer
