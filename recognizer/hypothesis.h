// From labels to text.
#pragma once

#include "recognizer/alphabet.h"
#include "recognizer/network.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {

// Of a line that was prepared `line_height_px` high. Marks that were read twice are joined
// (quotation_marks.h), commas of Chinese text are full-width (full_width_marks.h).
Hypothesis to_hypothesis(const std::vector<ReadLabel>& labels, const Alphabet& alphabet, int line_height_px);

}  // namespace ocrbatch::recognizer
