#include "recognizer/word_outcomes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "recognizer/edit_distance.h"

namespace ocrbatch::recognizer {
namespace {

std::vector<WordOutcome> by_confidence(std::span<const WordOutcome> words) {
  std::vector<WordOutcome> sorted(words.begin(), words.end());
  // Among equals the order must not depend on where lines came from.
  std::ranges::sort(sorted, [](const WordOutcome& a, const WordOutcome& b) {
    return a.confidence != b.confidence ? a.confidence < b.confidence : a.right < b.right;
  });
  return sorted;
}

}  // namespace

std::vector<bool> words_right(const std::vector<std::string>& read, const std::vector<std::string>& truth) {
  DistanceTable table(read, truth);
  std::vector<bool> right(read.size(), false);
  std::size_t i = read.size(), j = truth.size();
  while (i > 0 && j > 0) {
    const bool equal = read[i - 1] == truth[j - 1];
    if (table.at(i - 1, j - 1) + (equal ? 0U : 1U) == table.at(i, j)) {
      right[i - 1] = equal;
      --i, --j;
    } else if (table.at(i - 1, j) + 1 == table.at(i, j)) {
      --i;
    } else {
      --j;
    }
  }
  return right;
}

double mean_confidence(std::span<const WordOutcome> words) {
  double sum = 0;
  for (const WordOutcome& word : words) sum += word.confidence;
  return words.empty() ? 0 : sum / static_cast<double>(words.size());
}

double share_right(std::span<const WordOutcome> words) {
  const auto right = std::ranges::count(words, true, &WordOutcome::right);
  return words.empty() ? 0 : static_cast<double>(right) / static_cast<double>(words.size());
}

double expected_calibration_error(std::span<const WordOutcome> words, std::size_t bins) {
  const std::vector<WordOutcome> sorted = by_confidence(words);
  double error = 0;
  for (std::size_t i = 0; i < bins; ++i) {
    const std::size_t begin = i * sorted.size() / bins, end = (i + 1) * sorted.size() / bins;
    const std::span<const WordOutcome> bin(sorted.begin() + static_cast<std::ptrdiff_t>(begin), end - begin);
    error += static_cast<double>(bin.size()) * std::abs(mean_confidence(bin) - share_right(bin));
  }
  return words.empty() ? 0 : error / static_cast<double>(words.size());
}

double auroc(std::span<const WordOutcome> words) {
  const std::vector<WordOutcome> sorted = by_confidence(words);
  double wrong_below = 0, wins = 0;
  for (std::size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
    double right = 0, wrong = 0;
    for (; end < sorted.size() && sorted[end].confidence == sorted[begin].confidence; ++end)
      (sorted[end].right ? right : wrong) += 1;
    wins += right * (wrong_below + wrong / 2);
    wrong_below += wrong;
  }
  const double pairs = wrong_below * (static_cast<double>(sorted.size()) - wrong_below);
  return pairs > 0 ? wins / pairs : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace ocrbatch::recognizer
