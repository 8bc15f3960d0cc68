// An exponential moving average of a network's parameters and buffers.
#pragma once

#include <torch/nn.h>

#include <cstdint>
#include <map>
#include <string>

namespace ocrbatch::recognizer {

class MovingAverage {
 public:
  using State = std::map<std::string, torch::Tensor>;

  // decay 0: the average is the network's present state.
  MovingAverage(const torch::nn::Module& network, double decay);
  void restart(const torch::nn::Module& network);
  // After step `step` (from 0). Frozen tensors stay as they are, bit by bit.
  void update(const torch::nn::Module& network, std::int64_t step);
  const State& state() const { return state_; }
  State& state() { return state_; }

 private:
  double decay_;
  State state_;
};

}  // namespace ocrbatch::recognizer
