// Whether confidences of words are worth anything, on words whose truth is known.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace ocrbatch::recognizer {

struct WordOutcome {
  double confidence = 0;  // 0-1
  bool right = false;
};

// Of each word read, whether one optimal alignment of both lines' words pairs it with an equal one.
std::vector<bool> words_right(const std::vector<std::string>& read, const std::vector<std::string>& truth);

// Mean of the confidences; share of the words that are right. 0 without words.
double mean_confidence(std::span<const WordOutcome> words);
double share_right(std::span<const WordOutcome> words);

// Expected calibration error (Naeini et al. 2015): the mean gap between confidence and share of right words,
// over bins of as many words each, sorted by confidence. 0 without words.
inline constexpr std::size_t kCalibrationBins = 15;
double expected_calibration_error(std::span<const WordOutcome> words, std::size_t bins = kCalibrationBins);

// The chance that a right word has a higher confidence than a wrong one, equal ones counted half: the area
// under the ROC curve. NaN where all are right or all wrong.
double auroc(std::span<const WordOutcome> words);

}  // namespace ocrbatch::recognizer
