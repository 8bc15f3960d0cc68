// Which labels a network can be trained to read in a line.
#pragma once

#include <functional>
#include <vector>

#include "recognizer/model_config.h"

namespace ocrbatch::recognizer {

// LineNetwork::can_align of that model's network. The function is thread-safe. Throws ConfigError for an
// unknown architecture.
std::function<bool(int width_px, const std::vector<int>& labels)> alignment_check(const ModelConfig& model);

}  // namespace ocrbatch::recognizer
