#include "recognizer/layers/bidirectional_lstm.h"

#include <tuple>
#include <vector>

namespace ocrbatch::recognizer {
namespace {

// (batch, T): where each row goes when a line is turned around in its own length; padding stays.
torch::Tensor turned_places(const torch::Tensor& lengths, int64_t frames) {
  const torch::Tensor place = torch::arange(frames).unsqueeze(0),
                      length = lengths.to(torch::kLong).unsqueeze(1);
  return torch::where(place.lt(length), length - 1 - place, place);
}

torch::Tensor turn(const torch::Tensor& x, const torch::Tensor& places) {
  return x.gather(1, places.unsqueeze(2).expand({-1, -1, x.size(2)}));
}

}  // namespace
BidirectionalLstmImpl::BidirectionalLstmImpl(int in, int hidden, int out) {
  lstm_ = register_module(
      "lstm", torch::nn::LSTM(torch::nn::LSTMOptions(in, hidden).bidirectional(true).batch_first(true)));
  linear_ = register_module("linear", torch::nn::Linear(2 * hidden, out));
}

torch::Tensor BidirectionalLstmImpl::forward(const torch::Tensor& x, const torch::Tensor& lengths) {
  // Under autocast oneDNN's LSTM computes in the short type, at twice the speed.
  return run(x.to(torch::kFloat), lengths).to(torch::kFloat);
}

torch::Tensor BidirectionalLstmImpl::run_forwards(const torch::Tensor& x, const std::string& suffix) {
  const auto parameters = lstm_->named_parameters();
  std::vector<torch::Tensor> weights;
  for (const char* name : {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"})
    weights.push_back(parameters[name + suffix]);
  const torch::Tensor start = torch::zeros({1, x.size(0), lstm_->options.hidden_size()}, x.options());
  return std::get<0>(torch::lstm(x, {start, start}, weights, /*has_biases=*/true, /*num_layers=*/1,
                                 /*dropout=*/0.0, /*train=*/true, /*bidirectional=*/false,
                                 /*batch_first=*/true));
}

torch::Tensor BidirectionalLstmImpl::run(const torch::Tensor& x, const torch::Tensor& lengths) {
  if (is_training()) {
    // Packed sequences would do the same at a third of the speed: their gradients are added up slice by
    // slice.
    const torch::Tensor turned = turned_places(lengths, x.size(1)).to(x.device());
    return linear_->forward(
        torch::cat({run_forwards(x, ""), turn(run_forwards(turn(x, turned), "_reverse"), turned)}, 2));
  }
  // A line at a time: matrix products round differently with the number of rows, and a line's text must not
  // depend on its company.
  torch::Tensor out = torch::zeros({x.size(0), x.size(1), linear_->options.out_features()}, x.options());
  for (int64_t b = 0; b < x.size(0); ++b) {
    const int64_t length = lengths[b].item<int>();
    const torch::Tensor line = x[b].slice(0, 0, length).unsqueeze(0);
    out[b].slice(0, 0, length).copy_(linear_->forward(std::get<0>(lstm_->forward(line)))[0]);
  }
  return out;
}

}  // namespace ocrbatch::recognizer
