// Where labels stand in a line.
#pragma once

#include <vector>

#include "recognizer/ctc_decoder.h"

namespace ocrbatch::recognizer {

// The likeliest path that spells `labels` (Viterbi), as frames of each. log_probabilities: (frames, classes)
// row by row. The labels must fit the frames: one each, and a blank between equal neighbours.
std::vector<CtcLabel> align_labels(const std::vector<int>& labels, const float* log_probabilities, int frames,
                                   int classes);

}  // namespace ocrbatch::recognizer
