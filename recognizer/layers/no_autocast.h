// Leaves mixed precision for a scope: an attention decoder that is written out step by step stays float32,
// because its state would be rounded to bfloat16 after each of a line's steps.
#pragma once

#include <ATen/autocast_mode.h>

namespace ocrbatch::recognizer {

class NoAutocast {
 public:
  NoAutocast() : enabled_(at::autocast::is_autocast_enabled(at::kCPU)) {
    at::autocast::set_autocast_enabled(at::kCPU, false);
  }
  ~NoAutocast() { at::autocast::set_autocast_enabled(at::kCPU, enabled_); }
  NoAutocast(const NoAutocast&) = delete;
  NoAutocast& operator=(const NoAutocast&) = delete;

 private:
  bool enabled_;
};

}  // namespace ocrbatch::recognizer
