// Bidirectional LSTM over lines of different lengths, with a linear layer behind it, as in CRNN (arXiv
// 1507.05717).
#pragma once

#include <torch/nn.h>

namespace ocrbatch::recognizer {

class BidirectionalLstmImpl : public torch::nn::Module {
 public:
  BidirectionalLstmImpl(int in, int hidden, int out);
  // x (batch, T, in); lengths (batch) int32 on the CPU, each in 1 .. T. Returns (batch, T, out) float32. Each
  // direction starts at the line's own end; what is returned at and beyond lengths[b] is meaningless.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& lengths);

 private:
  // One direction of the LSTM from the first row to the last; the suffix of its weights' names says which.
  torch::Tensor run_forwards(const torch::Tensor& x, const std::string& suffix);
  // Both directions, and the linear layer.
  torch::Tensor run(const torch::Tensor& x, const torch::Tensor& lengths);

  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear linear_{nullptr};
};
TORCH_MODULE(BidirectionalLstm);

}  // namespace ocrbatch::recognizer
