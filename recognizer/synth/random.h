// Random numbers that are the same on every machine and compiler (std::*_distribution are not).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ocrbatch::recognizer {

// A splitmix64 stream. Streams of different (seed, index) pairs are independent for our purposes, so line
// `index` can be made without making the lines before it.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t index)
      : state_(mix(seed + 0x9E3779B97F4A7C15U) ^ mix(index * 0xD1B54A32D192ED03U + 1)) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    return mix(state_);
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // [0, 1)
  double uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }
  // 0 .. n - 1; n > 0.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }
  int between(int lo, int hi) { return lo + static_cast<int>(below(static_cast<std::size_t>(hi - lo + 1))); }
  bool chance(double probability) { return uniform() < probability; }
  // Mean 0, deviation 1, never beyond 3.5: no page has a glyph ten deviations off.
  double normal() {
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += uniform();
    return (sum - 2.0) * 1.7320508075688772;
  }
  template <class Container>
  const auto& pick(const Container& items) {
    return items[below(items.size())];
  }
  // The index of one of `weights` (not all zero), drawn in proportion.
  template <class Weights>
  std::size_t pick_weighted(const Weights& weights) {
    double total = 0;
    for (const double weight : weights) total += weight;
    double rest = uniform() * total;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      rest -= weights[i];
      if (rest < 0) return i;
    }
    return weights.size() - 1;
  }

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
  }
  std::uint64_t state_;
};

}  // namespace ocrbatch::recognizer
