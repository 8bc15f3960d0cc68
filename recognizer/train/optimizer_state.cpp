#include "recognizer/train/optimizer_state.h"

#include <torch/torch.h>

namespace ocrbatch::recognizer {

void put_optimizer_state(const torch::nn::Module& network, const torch::optim::AdamW& optimizer,
                         TensorFile& file) {
  for (const auto& item : network.named_parameters()) {
    const auto found = optimizer.state().find(item.value().unsafeGetTensorImpl());
    if (found == optimizer.state().end()) continue;
    const auto& state = static_cast<const torch::optim::AdamWParamState&>(*found->second);
    file.tensors["adamw.exp_avg." + item.key()] = state.exp_avg();
    file.tensors["adamw.exp_avg_sq." + item.key()] = state.exp_avg_sq();
    file.tensors["adamw.step." + item.key()] = torch::tensor({state.step()}, torch::kLong);
  }
}

void take_optimizer_state(const TensorFile& file, const torch::nn::Module& network,
                          torch::optim::AdamW& optimizer) {
  for (const auto& item : network.named_parameters()) {
    const auto found = file.tensors.find("adamw.exp_avg." + item.key());
    if (found == file.tensors.end()) continue;
    auto state = std::make_unique<torch::optim::AdamWParamState>();
    const torch::Device device = item.value().device();
    state->exp_avg(found->second.to(device));
    state->exp_avg_sq(file.tensors.at("adamw.exp_avg_sq." + item.key()).to(device));
    state->step(file.tensors.at("adamw.step." + item.key()).item<int64_t>());
    optimizer.state()[item.value().unsafeGetTensorImpl()] = std::move(state);
  }
}

}  // namespace ocrbatch::recognizer
