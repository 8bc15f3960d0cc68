// Values that stand for many, whatever a few of them are.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

namespace ocrbatch::pipeline {

// The value that `share` (0 to 1) of the others do not exceed; 0 without values.
template <class Value>
Value quantile(std::vector<Value> values, double share) {
  if (values.empty()) return 0;
  const auto place =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

template <class Value>
Value median(std::vector<Value> values) {
  return quantile(std::move(values), 0.5);
}

// The value at which half of the weight (the pairs' second) is reached; 0 without values.
inline float weighted_median(std::vector<std::pair<float, float>> values) {
  float total = 0, passed = 0;
  for (const auto& [value, weight] : values) total += weight;
  std::sort(values.begin(), values.end());
  for (const auto& [value, weight] : values) {
    passed += weight;
    if (2 * passed >= total) return value;
  }
  return 0;
}

}  // namespace ocrbatch::pipeline
