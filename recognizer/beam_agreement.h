// How far the readings that a beam search is left with agree with the best of them.
#pragma once

#include <vector>

namespace ocrbatch::recognizer {

struct BeamReading {
  std::vector<int> labels;
  double score = 0;  // logarithm of what it is worth
};

// For each label of the first reading the share (0-1) of all readings, weighted by their worth, that have the
// same label there, in an alignment with the fewest edits, and nothing more right before or behind it.
std::vector<float> agreement_with_first(const std::vector<BeamReading>& readings);

}  // namespace ocrbatch::recognizer
