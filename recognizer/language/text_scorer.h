// What a language model and a length bonus say about a text, word by word (what stands between spaces).
//
// They speak for words that they find likely, and never against others: the sum over a word counts where it
// is more than 0. Names, abbreviations, other languages and noise are left to what the network sees.
//
// They have no say at all about digits and codes: a language model knows nothing of a number that it has not
// seen, and a wrong amount that reads well is worse than one that looks wrong. A word with a digit in it
// counts 0, whatever else is in it, so that between two readings of a code, or of a code and an unlikely
// word, the network alone decides.
//
// Nor do they ask for marks and gaps: those may take from a word's sum but not add to it. Else the dots of a
// leader, each of which is likely after the one before, would go on as long as there is paper.
#pragma once

#include "recognizer/decoding.h"
#include "recognizer/language/ngram_model.h"

namespace ocrbatch::recognizer {

struct ScoredText {
  NgramModel::State context = 0;
  float score = 0;
  float before_word = 0;  // the score where the current word began
  float word_sum = 0;
  bool in_code = false;  // the current word has a digit
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
  static float worth(const ScoredText& word);

  const NgramModel* model_;
  float weight_, length_bonus_;
};

}  // namespace ocrbatch::recognizer
