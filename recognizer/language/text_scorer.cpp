#include "recognizer/language/text_scorer.h"

#include <algorithm>

namespace ocrbatch::recognizer {

ScoredText TextScorer::line_start() const {
  ScoredText text;
  if (model_ != nullptr) text.context = model_->line_start();
  return text;
}

ScoredText TextScorer::append(const ScoredText& text, int label) const {
  ScoredText next = text;
  if (model_ == nullptr) return next;
  const NgramModel::Step step = model_->step(text.context, label);
  next.context = step.next;
  next.in_code = text.in_code || model_->symbols().is_digit(label);
  const float added = weight_ * step.log_probability + length_bonus_;
  next.word_sum += model_->symbols().is_letter(label) ? added : std::min(added, 0.0F);
  next.score = text.before_word + worth(next);
  if (model_->symbols().is_space(label)) {
    next.before_word = next.score;
    next.word_sum = 0;
    next.in_code = false;
  }
  return next;
}

float TextScorer::at_line_end(const ScoredText& text) const {
  if (model_ == nullptr) return text.score;
  ScoredText last = text;
  // As a gap does.
  last.word_sum += std::min(weight_ * model_->line_end_log_probability(text.context) + length_bonus_, 0.0F);
  return text.before_word + worth(last);
}

float TextScorer::bound_of_next(const ScoredText& text) const {
  return text.before_word + std::max(0.0F, text.word_sum + std::max(length_bonus_, 0.0F));
}

float TextScorer::worth(const ScoredText& word) {
  return word.in_code ? 0 : std::max(word.word_sum, 0.0F);
}

}  // namespace ocrbatch::recognizer
