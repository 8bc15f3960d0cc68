#include "recognizer/language/text_scorer.h"

#include <algorithm>

namespace ocrbatch::recognizer {

ScoredText TextScorer::line_start() const {
  ScoredText text;
  if (steps_) text.context = steps_->model().line_start();
  return text;
}

ScoredText TextScorer::append(const ScoredText& text, int label) {
  ScoredText next = text;
  if (!steps_) return next;
  const TextSymbols& symbols = steps_->model().symbols();
  const NgramModel::Step step = steps_->step(text.context, label);
  next.context = step.next;
  const bool is_digit = symbols.is_digit(label);
  if (symbols.is_letter(label)) {
    if (!text.behind_digit) {
      next.word_sum += weight_ * step.log_probability + length_bonus_;
      ++next.word_letters;
    }
  } else {
    end_word(next, symbols.is_space(label) || symbols.space() < 0
                       ? step.log_probability
                       : std::max(step.log_probability,
                                  steps_->step(text.context, symbols.space()).log_probability));
    next.in_code = text.in_code || is_digit;
    next.behind_digit = is_digit;
  }
  next.score = worth(next);
  if (symbols.is_space(label)) {
    next.before_token = next.score;
    next.token_sum = next.long_sum = 0;
    next.in_code = false;
  }
  return next;
}

float TextScorer::at_line_end(const ScoredText& text) const {
  if (!steps_) return text.score;
  ScoredText last = text;
  end_word(last, steps_->model().line_end_log_probability(text.context));
  return worth(last);
}

float TextScorer::bound_of_next(const ScoredText& text) const {
  return text.before_token + text.token_sum + std::max(0.0F, text.word_sum + std::max(length_bonus_, 0.0F));
}

void TextScorer::end_word(ScoredText& text, float log_probability) const {
  if (text.word_letters == 0) return;
  const float sum = std::max(text.word_sum + std::min(weight_ * log_probability + length_bonus_, 0.0F), 0.0F);
  text.token_sum += sum;
  if (text.word_letters >= kLongWord) text.long_sum += sum;
  text.word_sum = 0;
  text.word_letters = 0;
}

float TextScorer::worth(const ScoredText& text) {
  const float word = std::max(text.word_sum, 0.0F);
  if (!text.in_code) return text.before_token + text.token_sum + word;
  return text.before_token + text.long_sum + (text.word_letters >= kLongWord ? word : 0.0F);
}

}  // namespace ocrbatch::recognizer
