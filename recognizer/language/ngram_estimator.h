// Modified Kneser-Ney smoothing, interpolated (Chen and Goodman 1999), over counted n-grams, some of which
// may be left out:
//   p(w | h) = share(h w) + rest(h) * p(w | h without its oldest symbol)
// share is the n-gram's discounted part of its context's count; rest is what its context has over, and takes
// up the shares of n-grams that were left out, so probabilities always add up to 1.
#pragma once

#include <vector>

#include "recognizer/language/ngram_counts.h"

namespace ocrbatch::recognizer {

class NgramEstimator {
 public:
  // `vocabulary`: how many symbols there are to spread the last rest over.
  NgramEstimator(const std::vector<NgramLevel>& levels, int vocabulary);

  // Leaves out every n-gram, single symbols aside, whose loss costs the text less than `least_gain` (its
  // occurrences times the logarithm of what it multiplies the probability by), unless a longer one needs it.
  void prune(double least_gain);

  // The following are of the n-gram at a place of a level (0: single symbols).
  bool kept(std::size_t level, std::size_t place) const { return kept_[level][place]; }
  // Whether a kept n-gram begins with it.
  bool is_context(std::size_t level, std::size_t place) const { return contexts_[level][place]; }
  // Of its last symbol behind the others.
  double probability(std::size_t level, std::size_t place) const;
  // Of the n-grams that begin with it.
  double rest(std::size_t level, std::size_t place) const { return rests_[level][place]; }
  // Of a symbol that the text does not have.
  double unseen_probability() const { return rest_of_all_ / vocabulary_; }

 private:
  void find_shares();
  void find_rests();
  void find_probabilities();
  void find_gains();

  const std::vector<NgramLevel>& levels_;
  double vocabulary_, rest_of_all_ = 1;
  std::vector<std::vector<float>> shares_, rests_, probabilities_, gains_;  // by level and place
  std::vector<std::vector<bool>> kept_, contexts_;
};

}  // namespace ocrbatch::recognizer
