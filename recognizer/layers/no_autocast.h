// Leaves mixed precision for a scope: recurrences stay float32, because bfloat16 states drift over the
// hundreds of steps of a line.
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
