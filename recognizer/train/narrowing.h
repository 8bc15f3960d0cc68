// A narrower network from a wide one: of each group of channels those that matter most stay (pruning by
// magnitude, arXiv 1608.08710), and training goes on from there.
#pragma once

#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "recognizer/network.h"

namespace ocrbatch::recognizer {

// Takes from the state of a wide network what one with these groups has room for. A channel counts by the
// size of what makes it times the size of what reads it; those that stay keep their order. Groups that are
// not wider than they should be, and tensors that are missing, are left alone.
void narrow(std::map<std::string, torch::Tensor>& state, const std::vector<ChannelGroup>& groups);

}  // namespace ocrbatch::recognizer
