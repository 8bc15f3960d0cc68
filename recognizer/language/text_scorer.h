// What a language model and a length bonus say about a text, label by label.
//
// They have no say about digits and codes: a language model knows nothing of a number that it has not seen,
// and a wrong amount that reads well is worse than one that looks wrong. A word (what stands between spaces)
// with a digit in it, and the space behind it, adds nothing, as if it were text that is neither likely nor
// unlikely; what its letters had added before the first digit came is taken back.
#pragma once

#include "recognizer/decoding.h"
#include "recognizer/language/ngram_model.h"

namespace ocrbatch::recognizer {

struct ScoredText {
  NgramModel::State context = 0;
  float score = 0;
  float before_word = 0;  // the score where the current word began
  bool in_code = false;   // the current word has a digit
};

class TextScorer {
 public:
  explicit TextScorer(const Decoding& decoding)
      : model_(decoding.language_model),
        weight_(decoding.language_weight),
        length_bonus_(decoding.length_bonus) {}

  ScoredText line_start() const;
  ScoredText append(const ScoredText& text, int label) const;
  // The score of a line that ends there.
  float at_line_end(const ScoredText& text) const;
  // No label behind `text` brings its score above this.
  float bound_of_next(const ScoredText& text) const;

 private:
  const NgramModel* model_;
  float weight_, length_bonus_;
};

}  // namespace ocrbatch::recognizer
