#include "recognizer/arch/crnn_ctc.h"

#include <algorithm>

namespace ocrbatch::recognizer {
namespace {

constexpr int kConvolutions = 7, kPitchPx = 4;
constexpr bool kNorm[kConvolutions] = {false, false, true, false, true, true, true};

// The pool behind a convolution, rows x columns.
struct Pool {
  int rows, columns;
};
constexpr Pool kPools[kConvolutions] = {{2, 2}, {2, 2}, {1, 1}, {2, 1}, {1, 1}, {2, 1}, {1, 1}};

}  // namespace

CrnnCtcParameters CrnnCtcParameters::read(StrictObject& model) {
  CrnnCtcParameters p;
  model.read("cnn_channels", p.cnn_channels);
  model.read("hidden_size", p.hidden_size);
  model.read("layers", p.layers);
  model.require(p.cnn_channels.size() == kConvolutions, "cnn_channels", "seven numbers of channels");
  for (const int channels : p.cnn_channels) model.require(channels > 0, "cnn_channels", "positive");
  model.require(p.hidden_size > 0, "hidden_size", "positive");
  model.require(p.layers > 0, "layers", "positive");
  return p;
}

boost::json::object CrnnCtcParameters::to_json() const {
  return {{"cnn_channels", boost::json::value_from(cnn_channels)},
          {"hidden_size", hidden_size},
          {"layers", layers}};
}

CrnnCtc::CrnnCtc(const ModelConfig& config, const CrnnCtcParameters& parameters) {
  if (config.img_height % 16 != 0)
    throw ConfigError("model.img_height should be a multiple of 16: crnn_ctc halves it four times");
  int in = 1;
  for (int i = 0; i < kConvolutions; ++i) {
    ConvolutionBlockOptions options{in, parameters.cnn_channels[static_cast<std::size_t>(i)]};
    options.norm = kNorm[i];
    if (i + 1 == kConvolutions) {
      options.kernel = {config.img_height / 16, 1};
      options.padding = {0, 0};
    }
    convolutions_.push_back(register_module("conv" + std::to_string(i), ConvolutionBlock(options)));
    in = options.out;
  }
  for (int i = 0; i < parameters.layers; ++i) {
    lstms_.push_back(register_module("lstm" + std::to_string(i),
                                     BidirectionalLstm(in, parameters.hidden_size, parameters.hidden_size)));
    in = parameters.hidden_size;
  }
  head_ = register_module("head", torch::nn::Linear(in, config.alphabet.classes()));
}

int CrnnCtc::frames(int width_px) const {
  return std::max(width_px, kPitchPx) / kPitchPx;
}

FrameGrid CrnnCtc::frame_grid() const {
  return {.pixels_per_frame = kPitchPx};
}

torch::Tensor CrnnCtc::forward(const torch::Tensor& images, const torch::Tensor& widths_px) {
  torch::Tensor widths = widths_px.clamp_min(kPitchPx), maps = images;
  if (maps.size(3) < kPitchPx) maps = torch::constant_pad_nd(maps, {0, kPitchPx - maps.size(3)});
  maps = maps.contiguous(torch::MemoryFormat::ChannelsLast);
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    maps = clear_padding(convolutions_[i]->forward(maps), widths);
    const Pool pool = kPools[i];
    if (pool.rows == 1) continue;
    widths = torch::floor_divide(widths, pool.columns).to(torch::kInt);
    // Of a line of odd width the pool leaves out the last column, and in a wider batch pairs it with padding.
    maps = clear_padding(torch::max_pool2d(maps, {pool.rows, pool.columns}), widths);
  }
  torch::Tensor x = maps.squeeze(2).transpose(1, 2);  // (batch, T, channels)
  for (BidirectionalLstm& lstm : lstms_) x = lstm->forward(x, widths);
  return head_->forward(x).to(torch::kFloat);
}

void CrnnCtc::prepare_for_inference(bool bfloat16) {
  eval();
  for (ConvolutionBlock& convolution : convolutions_)
    convolution->fold(bfloat16 ? torch::kBFloat16 : torch::kFloat);
}

}  // namespace ocrbatch::recognizer
