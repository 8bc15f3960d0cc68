#include "recognizer/train/moving_average.h"

#include <torch/torch.h>

#include <algorithm>

#include "recognizer/model_folder.h"

namespace ocrbatch::recognizer {

MovingAverage::MovingAverage(const torch::nn::Module& network, double decay) : decay_(decay) {
  restart(network);
}

void MovingAverage::restart(const torch::nn::Module& network) {
  for (const auto& [name, tensor] : named_state(network)) state_[name] = tensor.detach().clone();
}

void MovingAverage::update(const torch::nn::Module& network, std::int64_t step) {
  const torch::NoGradGuard no_grad;
  // The first steps move fast: a short memory then, the full one later.
  const double warm = (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step));
  const double decay = std::min(decay_, warm);
  for (const auto& [name, tensor] : named_state(network)) {
    if (decay_ > 0)
      state_.at(name).lerp_(tensor.detach(), 1.0 - decay);
    else
      state_.at(name).copy_(tensor);
  }
}

}  // namespace ocrbatch::recognizer
