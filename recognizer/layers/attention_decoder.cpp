#include "recognizer/layers/attention_decoder.h"

#include <torch/torch.h>

#include <limits>

namespace ocrbatch::recognizer {

AttentionDecoderImpl::AttentionDecoderImpl(const AttentionDecoderOptions& options) : options_(options) {
  embedding_ = register_module("embedding", torch::nn::Embedding(options.classes, options.embedding_size));
  query_ = register_module("query", torch::nn::Linear(options.hidden_size, options.attention_size));
  key_ = register_module(
      "key",
      torch::nn::Linear(torch::nn::LinearOptions(options.features, options.attention_size).bias(false)));
  location_convolution_ = register_module(
      "location_convolution",
      torch::nn::Conv1d(torch::nn::Conv1dOptions(2, options.location_filters, options.location_window)
                            .padding(options.location_window / 2)
                            .bias(false)));
  location_ = register_module(
      "location",
      torch::nn::Linear(
          torch::nn::LinearOptions(options.location_filters, options.attention_size).bias(false)));
  energy_ = register_module(
      "energy", torch::nn::Linear(torch::nn::LinearOptions(options.attention_size, 1).bias(false)));
  cell_ = register_module("cell",
                          torch::nn::GRUCell(options.embedding_size + options.features, options.hidden_size));
  head_ = register_module("head", torch::nn::Linear(options.hidden_size + options.features, options.classes));
}

AttentionMemory AttentionDecoderImpl::remember(const torch::Tensor& frames, const torch::Tensor& counts) {
  const torch::Tensor places = torch::arange(frames.size(1)).unsqueeze(0);
  return {frames, key_->forward(frames), places.ge(counts.unsqueeze(1)).to(frames.device())};
}

AttentionState AttentionDecoderImpl::start(const AttentionMemory& memory) const {
  const int64_t batch = memory.frames.size(0);
  return {torch::zeros({batch, options_.hidden_size}, memory.frames.options()),
          torch::zeros({batch, 2, memory.frames.size(1)}, memory.frames.options())};
}

AttentionStep AttentionDecoderImpl::step(const AttentionMemory& memory, const AttentionState& state,
                                         const torch::Tensor& previous) {
  const torch::Tensor history = location_convolution_->forward(state.looked).transpose(1, 2);
  const torch::Tensor energies = energy_
                                     ->forward(torch::tanh(query_->forward(state.hidden).unsqueeze(1) +
                                                           memory.keys + location_->forward(history)))
                                     .squeeze(2)
                                     .masked_fill(memory.blocked, -std::numeric_limits<float>::infinity());
  const torch::Tensor attention = torch::softmax(energies, 1);
  const torch::Tensor context = torch::bmm(attention.unsqueeze(1), memory.frames).squeeze(1);
  const torch::Tensor hidden =
      cell_->forward(torch::cat({embedding_->forward(previous), context}, 1), state.hidden);
  return {torch::cat({hidden, context}, 1),
          attention,
          {hidden, torch::stack({attention, state.looked.select(1, 1) + attention}, 1)}};
}

}  // namespace ocrbatch::recognizer
