// How many parameters a part of a network has, and how many of them training moves.
#pragma once

#include <cstdint>
#include <string>

namespace ocrbatch::recognizer {

struct ParameterGroup {
  std::string name;  // "backbone.layer4", "adapters", "LoRA", "head", ...
  std::int64_t trainable = 0, frozen = 0;
};

}  // namespace ocrbatch::recognizer
