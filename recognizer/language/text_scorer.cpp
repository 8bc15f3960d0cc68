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
  const bool code = text.in_code || model_->symbols().is_digit(label);
  float added = weight_ * step.log_probability + length_bonus_;
  if (!model_->symbols().is_letter(label)) added = std::min(added, 0.0F);
  next.score = code ? text.before_word : text.score + added;
  next.in_code = code;
  if (model_->symbols().is_space(label)) {
    next.before_word = next.score;
    next.in_code = false;
  }
  return next;
}

float TextScorer::at_line_end(const ScoredText& text) const {
  if (model_ == nullptr || text.in_code) return text.score;
  return text.score + weight_ * model_->line_end_log_probability(text.context);
}

float TextScorer::bound_of_next(const ScoredText& text) const {
  return std::max(text.before_word, text.score + std::max(length_bonus_, 0.0F));
}

}  // namespace ocrbatch::recognizer
