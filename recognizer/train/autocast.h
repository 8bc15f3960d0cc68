// Mixed precision: within the scope, convolutions and matrix products compute in the short type.
#pragma once

#include <ATen/autocast_mode.h>

#include <string>

namespace ocrbatch::recognizer {

class AutocastScope {
 public:
  // `amp` is "off", "bf16" or "fp16".
  AutocastScope(const std::string& amp, at::DeviceType device) : enabled_(amp != "off"), device_(device) {
    if (!enabled_) return;
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::set_autocast_dtype(device_, amp == "fp16" ? at::kHalf : at::kBFloat16);
  }
  ~AutocastScope() {
    if (!enabled_) return;
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, false);
  }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  bool enabled_;
  at::DeviceType device_;
};

}  // namespace ocrbatch::recognizer
