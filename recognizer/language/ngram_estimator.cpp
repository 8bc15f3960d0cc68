#include "recognizer/language/ngram_estimator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ocrbatch::recognizer {
namespace {

// What is taken from counts of 1, of 2, and of 3 and more.
using Discounts = std::array<double, 3>;

Discounts discounts_of(const NgramLevel& level) {
  std::array<double, 5> with_count{};
  for (const CountedNgram& ngram : level) {
    if (ngram.count <= 4) ++with_count[ngram.count];
  }
  Discounts discounts;
  const double y = with_count[1] / std::max(1.0, with_count[1] + 2 * with_count[2]);
  for (std::size_t c = 1; c <= 3; ++c) {
    const auto count = static_cast<double>(c);
    // Short texts have no n-grams of some count; half of one is then as good a guess as any.
    const double estimate =
        with_count[c] > 0 ? count - (count + 1) * y * with_count[c + 1] / with_count[c] : 0.5;
    discounts[c - 1] = std::clamp(estimate, 0.1, count - 0.1);
  }
  return discounts;
}

}  // namespace

NgramEstimator::NgramEstimator(const std::vector<NgramLevel>& levels, int vocabulary)
    : levels_(levels), vocabulary_(vocabulary) {
  for (const NgramLevel& level : levels_) {
    for (auto* values : {&shares_, &rests_, &probabilities_, &gains_}) values->emplace_back(level.size());
    kept_.emplace_back(level.size(), true);
    contexts_.emplace_back(level.size(), false);
  }
  find_shares();
  find_rests();
  find_probabilities();
  find_gains();
}

void NgramEstimator::find_shares() {
  for (std::size_t n = 0; n < levels_.size(); ++n) {
    const NgramLevel& level = levels_[n];
    const Discounts discounts = discounts_of(level);
    std::vector<double> totals(n == 0 ? 1 : levels_[n - 1].size());
    for (const CountedNgram& ngram : level) totals[n == 0 ? 0 : ngram.context] += ngram.count;
    for (std::size_t i = 0; i < level.size(); ++i) {
      const double discount = discounts[std::min<std::size_t>(level[i].count, 3) - 1];
      shares_[n][i] = static_cast<float>((level[i].count - discount) / totals[n == 0 ? 0 : level[i].context]);
    }
  }
}

void NgramEstimator::find_rests() {
  rest_of_all_ = 1;
  for (const float share : shares_[0]) rest_of_all_ -= share;
  for (std::size_t n = 1; n < levels_.size(); ++n) {
    std::vector<double> rests(levels_[n - 1].size(), 1.0);
    contexts_[n - 1].assign(levels_[n - 1].size(), false);
    for (std::size_t i = 0; i < levels_[n].size(); ++i) {
      if (!kept_[n][i]) continue;
      rests[levels_[n][i].context] -= shares_[n][i];
      contexts_[n - 1][levels_[n][i].context] = true;
    }
    // Rounded sums of shares may come out as a little more than 1.
    for (std::size_t i = 0; i < rests.size(); ++i)
      rests_[n - 1][i] = static_cast<float>(std::max(rests[i], 1e-7));
  }
}

void NgramEstimator::find_probabilities() {
  for (std::size_t n = 0; n < levels_.size(); ++n) {
    for (std::size_t i = 0; i < levels_[n].size(); ++i) {
      const CountedNgram& ngram = levels_[n][i];
      const double share = kept_[n][i] ? shares_[n][i] : 0;
      const double shorter =
          n == 0 ? rest_of_all_ / vocabulary_ : rest(n - 1, ngram.context) * probability(n - 1, ngram.suffix);
      probabilities_[n][i] = static_cast<float>(share + shorter);
    }
  }
}

double NgramEstimator::probability(std::size_t level, std::size_t place) const {
  return probabilities_[level][place];
}

void NgramEstimator::find_gains() {
  std::fill(gains_[0].begin(), gains_[0].end(), std::numeric_limits<float>::infinity());
  for (std::size_t n = 1; n < levels_.size(); ++n) {
    for (std::size_t i = 0; i < levels_[n].size(); ++i) {
      const CountedNgram& ngram = levels_[n][i];
      const double without = rest(n - 1, ngram.context) * probability(n - 1, ngram.suffix);
      gains_[n][i] = static_cast<float>(ngram.occurrences * std::log(probability(n, i) / without));
    }
  }
}

void NgramEstimator::prune(double least_gain) {
  for (std::size_t n = levels_.size(); n-- > 0;) {
    for (std::size_t i = 0; i < levels_[n].size(); ++i) {
      const bool needed = n + 1 < levels_.size() && contexts_[n][i];
      kept_[n][i] = needed || gains_[n][i] >= least_gain;
    }
    if (n == 0) break;
    contexts_[n - 1].assign(levels_[n - 1].size(), false);
    for (std::size_t i = 0; i < levels_[n].size(); ++i) {
      if (kept_[n][i]) contexts_[n - 1][levels_[n][i].context] = true;
    }
  }
  find_rests();
  find_probabilities();
}

}  // namespace ocrbatch::recognizer
