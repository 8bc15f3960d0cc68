// Notices a run in which nearly everything fails: a share that is not mounted, a model for another script.
#pragma once

#include <cstdint>

namespace ocrbatch::pipeline {

class ErrorRate {
 public:
  // `limit`: share of the records, 0 to 1, that may be errors; 1: any.
  explicit ErrorRate(double limit) : limit_(limit) {}

  // Once for each record. True as soon as too many of them have failed, and from then on.
  bool exceeded_after(bool failed) {
    ++records_;
    if (failed) ++failed_;
    exceeded_ = exceeded_ || (records_ >= kFewestRecords &&
                              static_cast<double>(failed_) > limit_ * static_cast<double>(records_));
    return exceeded_;
  }

 private:
  static constexpr std::uint64_t kFewestRecords = 50;  // a few bad files at the beginning say nothing

  const double limit_;
  std::uint64_t records_ = 0, failed_ = 0;
  bool exceeded_ = false;
};

}  // namespace ocrbatch::pipeline
