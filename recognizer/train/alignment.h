// Which labels a network can be trained to read in a line.
#pragma once

#include <functional>
#include <vector>

#include "recognizer/model_config.h"

namespace ocrbatch::recognizer {

// True where a line of that width gives the network frames enough for the labels: CTC needs one a label and
// one between equal neighbours. The function is thread-safe. Throws ConfigError for an unknown architecture.
std::function<bool(int width_px, const std::vector<int>& labels)> alignment_check(const ModelConfig& model);

}  // namespace ocrbatch::recognizer
