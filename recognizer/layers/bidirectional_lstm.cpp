#include "recognizer/layers/bidirectional_lstm.h"

#include <tuple>
#include <vector>

#include "recognizer/layers/no_autocast.h"

namespace ocrbatch::recognizer {
BidirectionalLstmImpl::BidirectionalLstmImpl(int in, int hidden, int out) {
  lstm_ = register_module(
      "lstm", torch::nn::LSTM(torch::nn::LSTMOptions(in, hidden).bidirectional(true).batch_first(true)));
  linear_ = register_module("linear", torch::nn::Linear(2 * hidden, out));
}

torch::Tensor BidirectionalLstmImpl::forward(const torch::Tensor& x, const torch::Tensor& lengths) {
  const NoAutocast no_autocast;
  return linear_->forward(run(x.to(torch::kFloat), lengths));
}

torch::Tensor BidirectionalLstmImpl::run(const torch::Tensor& x, const torch::Tensor& lengths) {
  if (is_training()) {
    const auto packed = torch::nn::utils::rnn::pack_padded_sequence(
        x, lengths.to(torch::kLong), /*batch_first=*/true, /*enforce_sorted=*/false);
    const auto out = std::get<0>(lstm_->forward_with_packed_input(packed));
    return std::get<0>(torch::nn::utils::rnn::pad_packed_sequence(out, /*batch_first=*/true,
                                                                  /*padding_value=*/0.0F,
                                                                  /*total_length=*/x.size(1)));
  }
  // A line at a time: matrix products round differently with the number of rows, and a line's text must not
  // depend on its company.
  torch::Tensor out = torch::zeros({x.size(0), x.size(1), 2 * lstm_->options.hidden_size()}, x.options());
  for (int64_t b = 0; b < x.size(0); ++b) {
    const int64_t length = lengths[b].item<int>();
    const torch::Tensor line = x[b].slice(0, 0, length).unsqueeze(0);
    out[b].slice(0, 0, length).copy_(std::get<0>(lstm_->forward(line))[0]);
  }
  return out;
}

}  // namespace ocrbatch::recognizer
