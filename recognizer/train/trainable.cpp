#include "recognizer/train/trainable.h"

#include <fnmatch.h>
#include <torch/torch.h>

#include <algorithm>

#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

bool matches(const std::string& name, const std::string& pattern) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

bool matches_any(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return matches(name, p); });
}

void check_patterns(const torch::nn::Module& network, const std::vector<std::string>& patterns,
                    const char* key) {
  const auto parameters = network.named_parameters();
  for (const std::string& pattern : patterns) {
    const bool used = std::any_of(parameters.begin(), parameters.end(),
                                  [&](const auto& item) { return matches(item.key(), pattern); });
    if (!used) {
      throw ConfigError(std::string("train.") + key + ": no parameter of this architecture matches \"" +
                        pattern + "\"");
    }
  }
}

std::string group_of(const std::string& parameter) {
  if (parameter.find(".adapter.") != std::string::npos) return "adapters";
  if (parameter.find(".lora_") != std::string::npos) return "LoRA";
  const std::size_t first = parameter.find('.');
  const std::string part = parameter.substr(0, first);
  // A backbone is large: its stages are shown one by one.
  return part == "backbone" ? parameter.substr(0, parameter.find('.', first + 1)) : part;
}

}  // namespace

void choose_trainable(torch::nn::Module& network, const TrainConfig& config) {
  check_patterns(network, config.trainable, "trainable");
  check_patterns(network, config.frozen, "frozen");
  for (auto& item : network.named_parameters()) {
    item.value().set_requires_grad(matches_any(item.key(), config.trainable) &&
                                   !matches_any(item.key(), config.frozen));
  }
}

void set_training_mode(torch::nn::Module& network) {
  network.train();
  for (const auto& module : network.modules()) {
    auto* const norm = module->as<torch::nn::BatchNorm2d>();
    if (norm != nullptr && !norm->weight.requires_grad()) norm->eval();
  }
}

std::vector<ParameterGroup> parameter_groups(const torch::nn::Module& network) {
  std::vector<ParameterGroup> groups;
  for (const auto& item : network.named_parameters()) {
    const std::string name = group_of(item.key());
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == name; });
    if (group == groups.end()) group = groups.insert(groups.end(), {name, 0, 0});
    (item.value().requires_grad() ? group->trainable : group->frozen) += item.value().numel();
  }
  return groups;
}

std::unique_ptr<torch::optim::AdamW> make_optimizer(const torch::nn::Module& network,
                                                    const TrainConfig& config) {
  std::vector<torch::Tensor> matrices, vectors;
  for (const auto& item : network.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    // mamba-ssm marks A and D so.
    const bool decayed = item.value().dim() >= 2 && item.key().find("A_") == std::string::npos;
    (decayed ? matrices : vectors).push_back(item.value());
  }
  if (matrices.empty() && vectors.empty()) throw ConfigError("train.frozen leaves nothing to train");
  const auto options = torch::optim::AdamWOptions(config.learning_rate).weight_decay(config.weight_decay);
  const auto plain = torch::optim::AdamWOptions(config.learning_rate).weight_decay(0.0);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(matrices, std::make_unique<torch::optim::AdamWOptions>(options));
  groups.emplace_back(vectors, std::make_unique<torch::optim::AdamWOptions>(plain));
  return std::make_unique<torch::optim::AdamW>(std::move(groups), options);
}

}  // namespace ocrbatch::recognizer
