// Dynamic loss scaling for float16 (arXiv 1710.03740, section 3.2): small gradients are kept above float16's
// smallest numbers by a factor on the loss, which halves whenever it made something overflow and doubles
// after a long time without.
#pragma once

#include <algorithm>
#include <cstdint>

namespace ocrbatch::recognizer {

class LossScale {
 public:
  static constexpr double kStart = 65536, kLargest = 16777216, kSmallest = 1.0 / 65536;
  static constexpr std::int64_t kStepsBeforeGrowth = 500;

  explicit LossScale(bool enabled) : factor_(enabled ? kStart : 1), enabled_(enabled) {}

  double factor() const { return factor_; }
  std::int64_t steps_without_overflow() const { return steps_without_overflow_; }
  // Overflow that a smaller factor may cure, as against numbers that went wrong by themselves.
  bool explains_overflow() const { return enabled_ && factor_ > 1; }

  void after_step(bool overflowed) {
    if (!enabled_) return;
    if (overflowed) {
      factor_ = std::max(kSmallest, factor_ / 2);
      steps_without_overflow_ = 0;
    } else if (++steps_without_overflow_ == kStepsBeforeGrowth) {
      factor_ = std::min(kLargest, factor_ * 2);
      steps_without_overflow_ = 0;
    }
  }
  void restore(double factor, std::int64_t steps_without_overflow) {
    factor_ = factor;
    steps_without_overflow_ = steps_without_overflow;
  }

 private:
  double factor_;
  std::int64_t steps_without_overflow_ = 0;
  bool enabled_;
};

}  // namespace ocrbatch::recognizer
