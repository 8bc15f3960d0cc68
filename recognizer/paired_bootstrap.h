// Whether one model reads better than another, or only had luck with the lines at hand: the paired bootstrap
// over lines (Efron and Tibshirani 1993; Koehn, EMNLP 2004, for the paired form).
#pragma once

#include <cstdint>
#include <vector>

namespace ocrbatch::recognizer {

// What each of two models made of one line.
struct PairedLine {
  std::uint64_t old_errors = 0, new_errors = 0;
  std::uint64_t characters = 0;  // of the truth
};

// CERs as shares, and an interval of new - old.
struct CerChange {
  double old_cer = 0, new_cer = 0;
  double low = 0, high = 0;  // 95 % of the resamples' differences lie between
  double difference() const { return new_cer - old_cer; }
};

// Draws as many lines as there are with replacement, again and again, and takes both models' CERs on them.
// The same lines give the same interval, everywhere. Without any character all is 0.
CerChange paired_bootstrap(const std::vector<PairedLine>& lines, int resamples = 10000,
                           std::uint64_t seed = 1);

}  // namespace ocrbatch::recognizer
