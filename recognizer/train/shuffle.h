#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace ocrbatch::recognizer {

// std::shuffle's result is not the same in every standard library; this one's is.
template <class T>
void shuffle(std::vector<T>& items, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random() % i]);
}

}  // namespace ocrbatch::recognizer
