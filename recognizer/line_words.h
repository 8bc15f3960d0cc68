// The words of a line that was read, and what there is to say about them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "recognizer/recognizer.h"
#include "recognizer/word_outcomes.h"

namespace ocrbatch::recognizer {

struct ReadWord {
  std::span<const Character> characters;
  // What its confidence is calibrated from (0-1): confidence times agreement of the character where that is
  // least, gaps on either side among them. Of what was tried this ranks wrong words best
  // (docs/confidence.md).
  double evidence = 0;
};

// The runs of characters between white space.
std::vector<ReadWord> split_words(std::span<const Character> characters);

// Evidence of each word, and whether it is the truth's. `truth_utf8` is a line with white space between
// words.
std::vector<WordOutcome> word_outcomes(const Hypothesis& hypothesis, const std::string& truth_utf8);

}  // namespace ocrbatch::recognizer
