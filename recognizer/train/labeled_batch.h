// Labelled lines as the tensors that a network takes.
#pragma once

#include <string>
#include <vector>

#include "recognizer/alphabet.h"
#include "recognizer/line_batch.h"
#include "recognizer/network.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::recognizer {

struct LabeledBatch {
  std::vector<const LabeledLine*> lines;  // those of the input that can be used, in its order
  LineBatch pixels;
  Targets targets;
};

// Leaves out lines without pixels, and with `only_alignable` those without labels or too short for them.
LabeledBatch make_labeled_batch(const std::vector<const LabeledLine*>& lines, const Alphabet& alphabet,
                                const LineNetwork& network, bool only_alignable);

}  // namespace ocrbatch::recognizer
