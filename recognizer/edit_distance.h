// Levenshtein's distance between two sequences: characters of a text, its words, or labels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace ocrbatch::recognizer {

std::vector<std::string> code_points(const std::string& utf8);

// The full table of distances: row i, column j for the first i and j items.
class DistanceTable {
 public:
  template <class Sequence>
  DistanceTable(const Sequence& a, const Sequence& b)
      : columns_(b.size() + 1), cells_((a.size() + 1) * columns_) {
    for (std::size_t i = 0; i <= a.size(); ++i) {
      for (std::size_t j = 0; j <= b.size(); ++j) {
        if (i == 0 || j == 0) {
          at(i, j) = static_cast<std::uint32_t>(i + j);
        } else {
          at(i, j) = std::min(
              {at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0U : 1U)});
        }
      }
    }
  }
  std::uint32_t& at(std::size_t i, std::size_t j) { return cells_[i * columns_ + j]; }
  std::uint32_t distance() const { return cells_.back(); }

 private:
  std::size_t columns_;
  std::vector<std::uint32_t> cells_;
};

}  // namespace ocrbatch::recognizer
