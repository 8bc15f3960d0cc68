// The table of architectures, without LibTorch's headers.
#pragma once

#include <string>

#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {

// Reads the architecture's own keys of a "model" object and returns all of them, defaults written out. Throws
// ConfigError, for an unknown architecture naming those there are.
boost::json::object read_parameters(const std::string& architecture, StrictObject& model);

}  // namespace ocrbatch::recognizer
