// From labels to text.
#pragma once

#include "recognizer/alphabet.h"
#include "recognizer/network.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {

Hypothesis to_hypothesis(const std::vector<ReadLabel>& labels, const Alphabet& alphabet);

}  // namespace ocrbatch::recognizer
