#include "recognizer/beam_agreement.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "recognizer/edit_distance.h"

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
  const std::span<const int> ours(first.data() + begin, end - begin),
      theirs(other.data() + begin, other_end - begin);
  DistanceTable distance(ours, theirs);
  for (std::size_t i = ours.size(), j = theirs.size(); i > 0 || j > 0;) {
    const bool differ = i > 0 && j > 0 && ours[i - 1] != theirs[j - 1];
    if (i > 0 && j > 0 && distance.at(i, j) == distance.at(i - 1, j - 1) + (differ ? 1U : 0U)) {
      if (differ) disagrees[begin + i - 1] = true;
      --i, --j;
    } else if (i > 0 && distance.at(i, j) == distance.at(i - 1, j) + 1) {
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
