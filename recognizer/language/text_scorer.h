// What a language model and a length bonus say about a text, word by word: a word is a run of letters.
//
// They speak for words that they find likely, and never against others: the sum over a word counts where it
// is more than 0. Names, abbreviations, other languages and noise are left to what the network sees.
//
// They have no say at all about digits and codes: a language model knows nothing of a number that it has not
// seen, and a wrong amount that reads well is worse than one that looks wrong. Where a digit stands between
// two spaces, short words there count 0, as do letters right behind a digit, so that between two readings of
// a code, or of a code and an unlikely word, the network alone decides. Long words keep their worth: else
// "words(1)" would have to give it up for its digit, and be read as "words(l)".
//
// Nor do they choose marks: a mark ends a word as a space does, at the same cost, and counts nothing by
// itself. So the dots of a leader do not go on as long as there is paper, and "amount(rm)" is no less likely
// than "amount (rm)". That cost is what keeps a word from falling apart.
#pragma once

#include <optional>

#include "recognizer/decoding.h"
#include "recognizer/language/ngram_steps.h"

namespace ocrbatch::recognizer {

struct ScoredText {
  NgramModel::State context = 0;
  float score = 0;
  // The token is what stands between two spaces.
  float before_token = 0;  // the score where it began
  float token_sum = 0;     // of its words that have ended
  float long_sum = 0;      // of those that count beside digits, too
  float word_sum = 0;      // of the word that has not ended
  int word_letters = 0;    // 0 outside words
  bool in_code = false;    // the token has a digit
  bool behind_digit = false;
};

class TextScorer {
 public:
  explicit TextScorer(const Decoding& decoding)
      : steps_(decoding.language_model != nullptr ? std::optional<NgramSteps>(*decoding.language_model)
                                                  : std::nullopt),
        weight_(decoding.language_weight),
        length_bonus_(decoding.length_bonus) {}

  ScoredText line_start() const;
  ScoredText append(const ScoredText& text, int label);
  // The score of a line that ends there.
  float at_line_end(const ScoredText& text) const;
  // No label behind `text` brings its score above this.
  float bound_of_next(const ScoredText& text) const;

 private:
  static constexpr int kLongWord = 4;

  static float worth(const ScoredText& text);
  // Ends the word, where there is one, at a symbol of this log probability.
  void end_word(ScoredText& text, float log_probability) const;

  std::optional<NgramSteps> steps_;  // none without a language model
  float weight_, length_bonus_;
};

}  // namespace ocrbatch::recognizer
