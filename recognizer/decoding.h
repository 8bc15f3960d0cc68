// How labels are found in what a network computes.
#pragma once

namespace ocrbatch::recognizer {

class NgramModel;

// The beam where a model has a language model and nothing else is said. Wider ones find no more that is right
// (docs/decoding.md).
inline constexpr int kBeamWithLanguageModel = 8;

struct Decoding {
  int beam_width = 1;  // hypotheses kept at each step; 1: greedy

  // What CTC's search leaves aside at a frame: labels that are less likely than this (natural logarithm), and
  // all but so many of the likeliest.
  float min_label_log_probability = -9;
  int max_labels_per_frame = 24;
  // Hypotheses that are less likely than the best one by a factor of more than exp(this), language included,
  // are given up.
  float beam_reach = 10;
  // A frame that is blank with at least this probability branches nowhere.
  float skip_blank_from = 0.999F;

  // Shallow fusion: log p(labels | image) + language_weight * log p(labels) + length_bonus * their number,
  // the last two for likely words only, see language/text_scorer.h. Null: no language model.
  const NgramModel* language_model = nullptr;
  float language_weight = 0, length_bonus = 0;
};

}  // namespace ocrbatch::recognizer
