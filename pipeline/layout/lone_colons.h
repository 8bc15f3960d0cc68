// Colons that stand by themselves, as in forms and on receipts between a name and its value.
#pragma once

#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Two dots above each other, with no letter and no third mark near them, each pair as a letter: a dot alone
// is no sign of print. letter_px: height of usual letters.
std::vector<Letter> find_lone_colons(const std::vector<Letter>& marks, const std::vector<Letter>& letters,
                                     float letter_px);

}  // namespace ocrbatch::pipeline
