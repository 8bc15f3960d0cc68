#include "recognizer/layers/crnn_backbone.h"

#include <torch/torch.h>

namespace ocrbatch::recognizer {
namespace {

constexpr int kConvolutions = 7;
constexpr bool kNorm[kConvolutions] = {false, false, true, false, true, true, true};

// The pool behind a convolution, rows x columns.
struct Pool {
  int rows, columns;
};
constexpr Pool kPools[kConvolutions] = {{2, 2}, {2, 2}, {1, 1}, {2, 1}, {1, 1}, {2, 1}, {1, 1}};

}  // namespace

void CrnnBackboneParameters::read(StrictObject& model) {
  model.read("cnn_channels", cnn_channels);
  model.read("hidden_size", hidden_size);
  model.read("layers", layers);
  model.require(cnn_channels.size() == kConvolutions, "cnn_channels", "seven numbers of channels");
  for (const int channels : cnn_channels) model.require(channels > 0, "cnn_channels", "positive");
  model.require(hidden_size > 0, "hidden_size", "positive");
  model.require(layers > 0, "layers", "positive");
}

boost::json::object CrnnBackboneParameters::to_json() const {
  return {{"cnn_channels", boost::json::value_from(cnn_channels)},
          {"hidden_size", hidden_size},
          {"layers", layers}};
}

CrnnBackboneImpl::CrnnBackboneImpl(int img_height_px, const CrnnBackboneParameters& parameters) {
  if (img_height_px % 16 != 0)
    throw ConfigError("model.img_height should be a multiple of 16: CRNN halves it four times");
  int in = 1;
  for (int i = 0; i < kConvolutions; ++i) {
    ConvolutionBlockOptions options{in, parameters.cnn_channels[static_cast<std::size_t>(i)]};
    options.norm = kNorm[i];
    if (i + 1 == kConvolutions) {
      options.kernel = {img_height_px / 16, 1};
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
}

torch::Tensor CrnnBackboneImpl::forward(const torch::Tensor& images, const torch::Tensor& widths_px) {
  torch::Tensor widths = widths_px.clamp_min(kPitchPx), maps = images;
  if (maps.size(3) < kPitchPx) maps = torch::constant_pad_nd(maps, {0, kPitchPx - maps.size(3)});
  maps = maps.contiguous(torch::MemoryFormat::ChannelsLast);
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    maps = convolutions_[i]->forward_cleared(maps, widths);
    const Pool pool = kPools[i];
    if (pool.rows == 1) continue;
    widths = torch::floor_divide(widths, pool.columns).to(torch::kInt);
    // Of a line of odd width the pool leaves out the last column, and in a wider batch pairs it with padding.
    maps = clear_padding(torch::max_pool2d(maps, {pool.rows, pool.columns}), widths);
  }
  torch::Tensor x = maps.squeeze(2).transpose(1, 2);  // (batch, T, channels)
  for (BidirectionalLstm& lstm : lstms_) x = lstm->forward(x, widths);
  return x;
}

void CrnnBackboneImpl::fold(torch::ScalarType type) {
  for (ConvolutionBlock& convolution : convolutions_) convolution->fold(type);
}

}  // namespace ocrbatch::recognizer
