// Mixed precision on the CPU: within the scope, convolutions and matrix products compute in the short type.
#pragma once

#include <ATen/autocast_mode.h>

#include <string>

namespace ocrbatch::recognizer {

class AutocastScope {
 public:
  // `amp` is "off", "bf16" or "fp16".
  explicit AutocastScope(const std::string& amp) : enabled_(amp != "off") {
    if (!enabled_) return;
    at::autocast::set_autocast_enabled(at::kCPU, true);
    at::autocast::set_autocast_dtype(at::kCPU, amp == "fp16" ? at::kHalf : at::kBFloat16);
  }
  ~AutocastScope() {
    if (!enabled_) return;
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(at::kCPU, false);
  }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  bool enabled_;
};

}  // namespace ocrbatch::recognizer
