// Which parameters training moves, and which it leaves as they are.
#pragma once

#include <torch/nn.h>
#include <torch/optim.h>

#include <memory>

#include "recognizer/train/parameter_group.h"
#include "recognizer/train/train_config.h"

namespace ocrbatch::recognizer {

// Marks each parameter by config.trainable and config.frozen (shell patterns of names): a parameter moves
// when one of the first matches and none of the second. Throws ConfigError for a pattern that matches
// nothing.
void choose_trainable(torch::nn::Module& network, const TrainConfig& config);

// Puts the network into training mode, but batch norms whose parameters are frozen into evaluation mode, so
// that their running statistics are frozen too.
void set_training_mode(torch::nn::Module& network);

// Parameters by part of the network, in its order; adapters and LoRA are parts of their own.
std::vector<ParameterGroup> parameter_groups(const torch::nn::Module& network);

// AdamW over the trainable parameters: matrices are decayed; biases, norms and the scan's A and D are not.
std::unique_ptr<torch::optim::AdamW> make_optimizer(const torch::nn::Module& network,
                                                    const TrainConfig& config);

}  // namespace ocrbatch::recognizer
