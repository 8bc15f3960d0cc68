#include "recognizer/arch/mamba_ctc.h"

namespace ocrbatch::recognizer {
namespace {

int half(int size) {
  return (size + 1) / 2;
}  // a 3-wide convolution with stride 2 and padding 1

}  // namespace

MambaCtcParameters MambaCtcParameters::read(StrictObject& model) {
  MambaCtcParameters p;
  model.read("cnn_channels", p.cnn_channels);
  model.read("cnn_blocks", p.cnn_blocks);
  model.read("mamba_d_model", p.mamba_d_model);
  model.read("mamba_layers", p.mamba_layers);
  model.read("d_state", p.d_state);
  model.read("expand", p.expand);
  model.read("d_conv", p.d_conv);
  model.read("dropout", p.dropout);
  model.read("lora_rank", p.lora_rank);
  model.read("lora_alpha", p.lora_alpha);
  model.require(p.cnn_channels.size() == 3, "cnn_channels", "three numbers of channels");
  model.require(p.cnn_blocks.size() == 3, "cnn_blocks", "three numbers of blocks");
  for (const int channels : p.cnn_channels) model.require(channels > 0, "cnn_channels", "positive");
  for (const int blocks : p.cnn_blocks) model.require(blocks >= 0, "cnn_blocks", "zero or more");
  model.require(p.mamba_d_model > 0, "mamba_d_model", "positive");
  model.require(p.mamba_layers > 0, "mamba_layers", "positive");
  model.require(p.d_state >= 1 && p.d_state <= 64, "d_state", "from 1 to 64");
  model.require(p.expand >= 1, "expand", "positive");
  model.require(p.d_conv >= 1 && p.d_conv <= 16, "d_conv", "from 1 to 16");
  model.require(p.dropout >= 0 && p.dropout < 1, "dropout", "from 0 to less than 1");
  model.require(p.lora_rank >= 0, "lora_rank", "zero or more");
  return p;
}

boost::json::object MambaCtcParameters::to_json() const {
  return {{"cnn_channels", boost::json::value_from(cnn_channels)},
          {"cnn_blocks", boost::json::value_from(cnn_blocks)},
          {"mamba_d_model", mamba_d_model},
          {"mamba_layers", mamba_layers},
          {"d_state", d_state},
          {"expand", expand},
          {"d_conv", d_conv},
          {"dropout", dropout},
          {"lora_rank", lora_rank},
          {"lora_alpha", lora_alpha}};
}

MambaCtc::MambaCtc(const ModelConfig& config, const MambaCtcParameters& parameters) {
  int in = 1, height = config.img_height;
  for (std::size_t i = 0; i < parameters.cnn_channels.size(); ++i) {
    Stage stage;
    stage.halves_width = i < 2;
    const int out = parameters.cnn_channels[i];
    ConvolutionBlockOptions options{in, out};
    options.stride = {2, stage.halves_width ? 2 : 1};
    const std::string name = "stage" + std::to_string(i);
    stage.first = register_module(name, ConvolutionBlock(options));
    for (int b = 0; b < parameters.cnn_blocks[i]; ++b) {
      stage.blocks.push_back(register_module(name + "_block" + std::to_string(b), ResidualBlock(out)));
    }
    stages_.push_back(std::move(stage));
    in = out;
    height = half(height);
  }
  ConvolutionBlockOptions collapse{in, parameters.mamba_d_model};
  collapse.kernel = {height, 1};
  collapse.padding = {0, 0};
  collapse_ = register_module("collapse", ConvolutionBlock(collapse));

  const MambaOptions mamba{parameters.mamba_d_model,
                           parameters.d_state,
                           parameters.expand,
                           parameters.d_conv,
                           {parameters.lora_rank, parameters.lora_alpha}};
  for (int i = 0; i < parameters.mamba_layers; ++i) {
    layers_.push_back(register_module("layer" + std::to_string(i), MambaLayer(mamba, parameters.dropout)));
  }
  norm_ =
      register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({parameters.mamba_d_model})));
  dropout_ = register_module("dropout", torch::nn::Dropout(parameters.dropout));
  head_ = register_module("head", torch::nn::Linear(parameters.mamba_d_model, config.alphabet.classes()));
}

int MambaCtc::frames(int width_px) const {
  return half(half(width_px));
}

torch::Tensor MambaCtc::forward(const torch::Tensor& images, const torch::Tensor& widths_px) {
  torch::Tensor maps = images.contiguous(torch::MemoryFormat::ChannelsLast);
  torch::Tensor widths = widths_px;
  for (Stage& stage : stages_) {
    maps = stage.first->forward(maps);
    if (stage.halves_width) widths = torch::floor_divide(widths + 1, 2).to(torch::kInt);
    maps = clear_padding(maps, widths);
    for (ResidualBlock& block : stage.blocks) maps = block->forward(maps, widths);
  }
  maps = collapse_->forward(maps);
  torch::Tensor x = maps.squeeze(2).transpose(1, 2).to(torch::kFloat);  // (batch, T, d_model)
  for (MambaLayer& layer : layers_) x = layer->forward(x, widths);
  return linear_in_weight_type(head_, dropout_->forward(norm_->forward(x))).to(torch::kFloat);
}

void MambaCtc::prepare_for_inference(bool bfloat16) {
  const torch::ScalarType type = bfloat16 ? torch::kBFloat16 : torch::kFloat;
  eval();
  for (Stage& stage : stages_) {
    stage.first->fold(type);
    for (ResidualBlock& block : stage.blocks) block->fold(type);
  }
  collapse_->fold(type);
  for (MambaLayer& layer : layers_) layer->convert_matrices(type);
  // The head stays float32: its 0.06 M weights cost little, and confidences come from it.
}

}  // namespace ocrbatch::recognizer
