// The convolutions and bidirectional LSTM layers of CRNN (arXiv 1507.05717), which turn a line into a
// sequence.
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

#include "recognizer/layers/bidirectional_lstm.h"
#include "recognizer/layers/convolution_block.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {

struct CrnnBackboneParameters {
  std::vector<int> cnn_channels = {64, 128, 256, 256, 512, 512, 512};  // as published
  int hidden_size = 256;
  int layers = 2;

  void read(StrictObject& model);
  boost::json::object to_json() const;
};

class CrnnBackboneImpl : public torch::nn::Module {
 public:
  static constexpr int kPitchPx = 4;  // columns of the line that a frame stands for

  // Throws ConfigError unless img_height_px is a multiple of 16.
  CrnnBackboneImpl(int img_height_px, const CrnnBackboneParameters& parameters);
  // images (batch, 1, img_height, W); widths (batch) int32 on the CPU. Returns (batch, T, hidden_size)
  // float32; rows at and beyond frames(widths[b]) are meaningless.
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths);
  static int frames(int width_px) { return std::max(width_px, kPitchPx) / kPitchPx; }
  void fold(torch::ScalarType type);

 private:
  std::vector<ConvolutionBlock> convolutions_;
  std::vector<BidirectionalLstm> lstms_;
};
TORCH_MODULE(CrnnBackbone);

}  // namespace ocrbatch::recognizer
