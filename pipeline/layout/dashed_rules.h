// Rules that are drawn as dashes.
#pragma once

#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Takes the dashes of dashed rules out of `marks`: many alike in a row, as far apart as they are long.
// letter_px: height of usual letters. Dots, and the few dashes that print has, stay.
void drop_dashed_rules(std::vector<Letter>& marks, float letter_px);

}  // namespace ocrbatch::pipeline
