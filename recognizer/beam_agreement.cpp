#include "recognizer/beam_agreement.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ocrbatch::recognizer {
namespace {

using Labels = std::vector<int>;

// Labels [begin, end) of the first reading and what another has there: all else is the same.
struct Difference {
  std::size_t begin = 0, end = 0, other_end = 0;
};

// Readings of one beam differ in a few places, and all else need not be aligned.
Difference difference_of(const Labels& first, const Labels& other) {
  Difference difference{0, first.size(), other.size()};
  while (difference.begin < std::min(first.size(), other.size()) &&
         first[difference.begin] == other[difference.begin]) {
    ++difference.begin;
  }
  while (std::min(difference.end, difference.other_end) > difference.begin &&
         first[difference.end - 1] == other[difference.other_end - 1]) {
    --difference.end, --difference.other_end;
  }
  return difference;
}

// Marks the labels of `first` that `other` has not, and those beside labels that only `other` has.
void mark_disagreement(const Labels& first, const Labels& other, std::vector<bool>& disagrees) {
  disagrees.assign(first.size(), false);
  const auto [begin, end, other_end] = difference_of(first, other);
  const std::size_t rows = end - begin, columns = other_end - begin;
  std::vector<std::uint32_t> distance((rows + 1) * (columns + 1));
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return distance[i * (columns + 1) + j];
  };
  const auto differ = [&](std::size_t i, std::size_t j) {
    return first[begin + i - 1] == other[begin + j - 1] ? 0U : 1U;
  };
  for (std::size_t i = 0; i <= rows; ++i) {
    for (std::size_t j = 0; j <= columns; ++j) {
      at(i, j) = i == 0 || j == 0
                     ? static_cast<std::uint32_t>(i + j)
                     : std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + differ(i, j)});
    }
  }
  for (std::size_t i = rows, j = columns; i > 0 || j > 0;) {
    if (i > 0 && j > 0 && at(i, j) == at(i - 1, j - 1) + differ(i, j)) {
      if (differ(i, j) != 0) disagrees[begin + i - 1] = true;
      --i, --j;
    } else if (i > 0 && at(i, j) == at(i - 1, j) + 1) {
      disagrees[begin + --i] = true;
    } else {
      --j;
      if (begin + i < first.size()) disagrees[begin + i] = true;
      if (begin + i > 0) disagrees[begin + i - 1] = true;
    }
  }
}

}  // namespace

std::vector<float> agreement_with_first(const std::vector<BeamReading>& readings) {
  if (readings.empty()) return {};
  const Labels& first = readings.front().labels;
  if (!std::isfinite(readings.front().score)) return std::vector<float>(first.size(), 1);
  std::vector<double> agreeing(first.size(), 0);
  std::vector<bool> disagrees;
  double all = 0;
  for (const BeamReading& reading : readings) {
    const double weight = std::exp(reading.score - readings.front().score);
    all += weight;
    mark_disagreement(first, reading.labels, disagrees);
    for (std::size_t i = 0; i < first.size(); ++i) agreeing[i] += disagrees[i] ? 0 : weight;
  }
  std::vector<float> shares;
  for (const double weight : agreeing) shares.push_back(static_cast<float>(weight / all));
  return shares;
}

}  // namespace ocrbatch::recognizer
