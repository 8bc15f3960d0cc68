// cnn_bilstm_ctc: seven convolutions -> sequence (batch, T, 512) -> two bidirectional LSTM layers -> linear
// -> CTC.
//
// For a line of 64 pixels' height and width W (all convolutions 3x3 with padding but the last; batch norm
// after every second one; ReLU after each):
//   image           1 x 64 x W
//   conv, conv     64 x 64 x W       1 -> 32 -> 64
//   pool           64 x 32 x W/2     2x2
//   conv, conv    128 x 32 x W/2     64 -> 128 -> 128
//   pool          128 x 16 x W/4     2x2
//   conv, conv    256 x 16 x W/4     128 -> 256 -> 256
//   pool          256 x  8 x W/8     2x2
//   conv          512 x  2 x W/8-6   7x7, no padding
//   pool          512 x  1 x W/8-6   2x1
#pragma once

#include <torch/nn.h>

#include "recognizer/ctc_network.h"
#include "recognizer/layers/bidirectional_lstm.h"
#include "recognizer/layers/convolution_block.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {

struct CnnBilstmCtcParameters {
  static CnnBilstmCtcParameters read(StrictObject& model);
  boost::json::object to_json() const;
};

class CnnBilstmCtc : public CtcNetwork {
 public:
  // Throws ConfigError unless img_height leaves one row.
  CnnBilstmCtc(const ModelConfig& config, const CnnBilstmCtcParameters& parameters);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) override;
  int frames(int width_px) const override;
  FrameGrid frame_grid() const override;
  void prepare_for_inference(const FastArithmetic& fast) override;

 private:
  std::vector<ConvolutionBlock> convolutions_;
  BidirectionalLstm lstm0_{nullptr}, lstm1_{nullptr};
  torch::nn::Linear head_{nullptr};
};

}  // namespace ocrbatch::recognizer
