// crnn_ctc: the convolutional recurrent network of arXiv 1507.05717 -> linear -> CTC.
//
// For img_height 32 and channels c0 .. c6, a line of width W (convolutions 3x3 with padding, ReLU after
// each):
//   image          1 x 32 x W
//   conv, pool    c0 x 16 x W/2    pool 2x2
//   conv, pool    c1 x  8 x W/4    pool 2x2
//   conv, conv    c3 x  8 x W/4    batch norm on the first
//   pool          c3 x  4 x W/4    pool 2x1
//   conv, conv    c5 x  4 x W/4    batch norm on both
//   pool          c5 x  2 x W/4    pool 2x1
//   conv          c6 x  1 x W/4    over the whole height, batch norm
//   LSTM          `layers` bidirectional layers of hidden_size, each with its linear
#pragma once

#include <torch/nn.h>

#include "recognizer/ctc_network.h"
#include "recognizer/layers/bidirectional_lstm.h"
#include "recognizer/layers/convolution_block.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {

struct CrnnCtcParameters {
  std::vector<int> cnn_channels = {64, 128, 256, 256, 512, 512, 512};  // as published
  int hidden_size = 256;
  int layers = 2;

  static CrnnCtcParameters read(StrictObject& model);
  boost::json::object to_json() const;
};

class CrnnCtc : public CtcNetwork {
 public:
  // Throws ConfigError unless img_height is a multiple of 16.
  CrnnCtc(const ModelConfig& config, const CrnnCtcParameters& parameters);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) override;
  int frames(int width_px) const override;
  FrameGrid frame_grid() const override;
  void prepare_for_inference(bool bfloat16) override;

 private:
  std::vector<ConvolutionBlock> convolutions_;
  std::vector<BidirectionalLstm> lstms_;
  torch::nn::Linear head_{nullptr};
};

}  // namespace ocrbatch::recognizer
