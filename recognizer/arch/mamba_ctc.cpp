#include "recognizer/arch/mamba_ctc.h"

#include "recognizer/layers/on_device.h"
#include "recognizer/layers/packed_lines.h"

namespace ocrbatch::recognizer {
namespace {

int half(int size) {
  return (size + 1) / 2;
}  // a 3-wide convolution with stride 2 and padding 1
torch::Tensor half(const torch::Tensor& sizes) {
  return torch::floor_divide(sizes + 1, 2).to(torch::kInt);
}

}  // namespace

MambaCtcParameters MambaCtcParameters::read(StrictObject& model) {
  MambaCtcParameters p;
  model.read("cnn_channels", p.cnn_channels);
  model.read("cnn_blocks", p.cnn_blocks);
  model.require(p.cnn_channels.size() == 3, "cnn_channels", "three numbers of channels");
  model.require(p.cnn_blocks.size() == 3, "cnn_blocks", "three numbers of blocks");
  for (const int channels : p.cnn_channels) model.require(channels > 0, "cnn_channels", "positive");
  for (const int blocks : p.cnn_blocks) model.require(blocks >= 0, "cnn_blocks", "zero or more");
  p.mamba.read(model);
  return p;
}

boost::json::object MambaCtcParameters::to_json() const {
  boost::json::object all{{"cnn_channels", boost::json::value_from(cnn_channels)},
                          {"cnn_blocks", boost::json::value_from(cnn_blocks)}};
  for (auto& item : mamba.to_json()) all.insert(item);
  return all;
}

MambaCtc::MambaCtc(const ModelConfig& config, const MambaCtcParameters& parameters)
    : parameters_(parameters) {
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
      const std::string block = name + "_block" + std::to_string(b);
      stage.blocks.push_back(register_module(block, ResidualBlock(out)));
      branches_.push_back({block, block + "." + ResidualBlockImpl::kClosing});
    }
    stages_.push_back(std::move(stage));
    in = out;
    height = half(height);
  }
  ConvolutionBlockOptions collapse{in, parameters.mamba.mamba_d_model};
  collapse.kernel = {height, 1};
  collapse.padding = {0, 0};
  collapse_ = register_module("collapse", ConvolutionBlock(collapse));

  for (int i = 0; i < parameters.mamba.mamba_layers; ++i) {
    const std::string layer = "layer" + std::to_string(i);
    layers_.push_back(
        register_module(layer, MambaLayer(parameters.mamba.options(), parameters.mamba.dropout)));
    branches_.push_back({layer, layer + "." + MambaLayerImpl::kClosing});
  }
  norm_ = register_module(
      "norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({parameters.mamba.mamba_d_model})));
  dropout_ = register_module("dropout", torch::nn::Dropout(parameters.mamba.dropout));
  head_ = register_module("head", LoraLinear(parameters.mamba.mamba_d_model, config.alphabet.classes(),
                                             /*with_bias=*/true, LoraOptions{}));
}

std::vector<ChannelGroup> MambaCtc::channel_groups() const {
  std::vector<ChannelGroup> groups;
  const std::size_t stages = parameters_.cnn_channels.size();
  for (std::size_t i = 0; i < stages; ++i) {
    const std::string stage = "stage" + std::to_string(i),
                      next = i + 1 < stages ? "stage" + std::to_string(i + 1) : "collapse";
    const int channels = parameters_.cnn_channels[i];
    ChannelGroup maps{channels,
                      {stage + ".norm"},
                      {{stage + ".convolution.weight"}},
                      {{next + ".convolution.weight", 1}},
                      {}};
    for (int b = 0; b < parameters_.cnn_blocks[i]; ++b) {
      const std::string block = stage + "_block" + std::to_string(b), first = block + ".first",
                        second = block + ".second";
      maps.norms.push_back(second + ".norm");
      maps.made.push_back({second + ".convolution.weight"});
      maps.read.push_back({first + ".convolution.weight", 1});
      groups.push_back({channels,
                        {first + ".norm"},
                        {{first + ".convolution.weight"}},
                        {{second + ".convolution.weight", 1}},
                        {}});
    }
    groups.push_back(std::move(maps));
  }
  ChannelGroup rows{parameters_.mamba.mamba_d_model,
                    {"collapse.norm"},
                    {{"collapse.convolution.weight"}},
                    {{"head.weight", 1}},
                    {{"norm.weight"}, {"norm.bias"}}};
  for (int i = 0; i < parameters_.mamba.mamba_layers; ++i) {
    const auto inside = mamba_channel_groups("layer" + std::to_string(i), parameters_.mamba.options(), rows);
    groups.insert(groups.end(), inside.begin(), inside.end());
  }
  groups.push_back(std::move(rows));
  return groups;
}

int MambaCtc::frames(int width_px) const {
  return half(half(width_px));
}

torch::Tensor MambaCtc::forward(const torch::Tensor& images, const torch::Tensor& widths_px) {
  torch::Tensor maps = images.contiguous(torch::MemoryFormat::ChannelsLast);
  torch::Tensor widths = on_device(widths_px, maps.device());
  for (Stage& stage : stages_) {
    if (stage.halves_width) widths = half(widths);
    maps = stage.first->forward_cleared(maps, widths);
    for (ResidualBlock& block : stage.blocks) maps = block->forward(maps, widths);
  }
  // What lies behind the lines' ends is left out when they are packed.
  maps = is_training() ? collapse_->forward(maps) : collapse_->forward_cleared(maps, widths);
  const torch::Tensor lengths = half(half(widths_px));
  const PackedLines lines(lengths, maps.size(3), maps.device());
  torch::Tensor x = lines.pack(maps.squeeze(2).transpose(1, 2).to(torch::kFloat));  // (rows, d_model)
  const MambaLines places(x, lengths);
  for (MambaLayer& layer : layers_) x = layer->forward(x, places);
  x = head_->forward(dropout_->forward(normalized_rows(norm_, x)));
  return lines.unpack(x.to(torch::kFloat));
}

void MambaCtc::prepare_for_inference(const FastArithmetic& fast) {
  const torch::ScalarType type = fast.int8 ? torch::kChar : fast.bfloat16 ? torch::kBFloat16 : torch::kFloat;
  eval();
  for (Stage& stage : stages_) {
    stage.first->fold(type);
    for (ResidualBlock& block : stage.blocks) block->fold(type);
  }
  collapse_->fold(type);
  for (MambaLayer& layer : layers_) layer->convert_matrices(type);
  // Confidences come from it, and bfloat16 has fewer digits than bytes with a scale for each row.
  head_->merge(type == torch::kBFloat16 ? torch::kFloat : type);
}

}  // namespace ocrbatch::recognizer
