// AdamW's moments in a checkpoint, by the names of the parameters that they belong to.
#pragma once

#include <torch/nn.h>
#include <torch/optim.h>

#include "recognizer/safetensors.h"

namespace ocrbatch::recognizer {

void put_optimizer_state(const torch::nn::Module& network, const torch::optim::AdamW& optimizer,
                         TensorFile& file);
void take_optimizer_state(const TensorFile& file, const torch::nn::Module& network,
                          torch::optim::AdamW& optimizer);

}  // namespace ocrbatch::recognizer
