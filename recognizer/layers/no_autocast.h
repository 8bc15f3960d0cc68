// Leaves mixed precision for a scope: an attention decoder that is written out step by step stays float32,
// because its state would be rounded to bfloat16 after each of a line's steps.
#pragma once

#include <ATen/autocast_mode.h>

namespace ocrbatch::recognizer {

class NoAutocast {
 public:
  NoAutocast()
      : on_cpu_(at::autocast::is_autocast_enabled(at::kCPU)),
        on_cuda_(at::autocast::is_autocast_enabled(at::kCUDA)) {
    set(false, false);
  }
  ~NoAutocast() { set(on_cpu_, on_cuda_); }
  NoAutocast(const NoAutocast&) = delete;
  NoAutocast& operator=(const NoAutocast&) = delete;

 private:
  static void set(bool on_cpu, bool on_cuda) {
    at::autocast::set_autocast_enabled(at::kCPU, on_cpu);
    at::autocast::set_autocast_enabled(at::kCUDA, on_cuda);
  }

  bool on_cpu_, on_cuda_;
};

}  // namespace ocrbatch::recognizer
