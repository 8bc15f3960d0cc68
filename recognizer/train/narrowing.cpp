#include "recognizer/train/narrowing.h"

#include <torch/torch.h>

#include <cmath>
#include <numbers>

namespace ocrbatch::recognizer {
namespace {

using State = std::map<std::string, torch::Tensor>;

constexpr const char* kNormTensors[] = {".weight", ".bias", ".running_mean", ".running_var"};

// Sums of the squares of a tensor's parts that belong to each of `channels`.
torch::Tensor squares(const State& state, const ChannelUse& use, int64_t channels) {
  const auto found = state.find(use.tensor);
  if (found == state.end()) return torch::zeros({channels});
  const torch::Tensor parts = found->second.detach().to(torch::kFloat).transpose(0, use.dim).flatten(1);
  const torch::Tensor each = parts.slice(0, 0, channels * use.repeats).pow(2).sum(1);
  return each.view({use.repeats, channels}).sum(0);
}

// Expected squares behind a ReLU of what a batch norm gives, which is normal with its bias as mean and its
// weight as deviation.
torch::Tensor squares_behind(const State& state, const std::string& norm) {
  const torch::Tensor mean = state.at(norm + ".bias").to(torch::kFloat);
  const torch::Tensor deviation = state.at(norm + ".weight").to(torch::kFloat).abs().clamp_min(1e-6);
  const torch::Tensor z = mean / deviation;
  const torch::Tensor below = 0.5 * (1 + torch::erf(z / std::numbers::sqrt2));
  const torch::Tensor density = torch::exp(-0.5 * z.pow(2)) / std::sqrt(2 * std::numbers::pi);
  return (mean.pow(2) + deviation.pow(2)) * below + mean * deviation * density;
}

torch::Tensor channels_to_keep(const State& state, const ChannelGroup& group, int64_t channels) {
  torch::Tensor made = torch::zeros({channels}), read = torch::zeros({channels});
  for (const std::string& norm : group.norms)
    if (state.contains(norm + ".weight")) made += squares_behind(state, norm);
  if (group.norms.empty())
    for (const ChannelUse& use : group.made) made += squares(state, use, channels);
  for (const ChannelUse& use : group.read) read += squares(state, use, channels);
  const torch::Tensor strongest = std::get<1>((made * read).topk(group.channels));
  return std::get<0>(strongest.sort());
}

void keep(State& state, const ChannelUse& use, const torch::Tensor& kept, int64_t channels) {
  const auto found = state.find(use.tensor);
  if (found == state.end()) return;
  std::vector<torch::Tensor> places;
  for (int64_t i = 0; i < use.repeats; ++i) places.push_back(kept + i * channels);
  places.push_back(torch::arange(use.repeats * channels, found->second.size(use.dim)));
  found->second = found->second.index_select(use.dim, torch::cat(places));
}

}  // namespace

void narrow(std::map<std::string, torch::Tensor>& state, const std::vector<ChannelGroup>& groups) {
  const torch::NoGradGuard no_grad;
  for (const ChannelGroup& group : groups) {
    const ChannelUse& reader = group.read.front();
    const auto found = state.find(reader.tensor);
    if (found == state.end()) continue;
    const int64_t channels = found->second.size(reader.dim);
    if (channels <= group.channels) continue;
    const torch::Tensor kept = channels_to_keep(state, group, channels);
    for (const auto* const uses : {&group.made, &group.read, &group.carried})
      for (const ChannelUse& use : *uses) keep(state, use, kept, channels);
    for (const std::string& norm : group.norms)
      for (const char* const tensor : kNormTensors) keep(state, {norm + tensor}, kept, channels);
  }
}

}  // namespace ocrbatch::recognizer
