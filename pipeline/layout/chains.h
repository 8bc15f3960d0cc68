// From letters to pieces of rows: each letter is linked to its neighbour.
#pragma once

#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Letters that follow each other in a row at no more than `reach` heights' distance. Two letters are linked
// when each is the other's nearest neighbour, as in O'Gorman's docstrum ("The document spectrum for page
// layout analysis", 1993); so a chain may end too early where letters overlap, and never joins two rows.
std::vector<std::vector<Letter>> chain_letters(std::vector<Letter> letters, float reach);

// Cuts chains that change to another row at a gap between words, as they do over the narrow gutters of
// newspapers: where the letters on both sides stand on baselines that differ. For letters whose tilt has been
// taken out.
std::vector<std::vector<Letter>> cut_at_steps(std::vector<std::vector<Letter>> chains);

// The page's tilt, downward per pixel to the right, from chains of letters; 0 when too few are long.
float tilt_of(const std::vector<std::vector<Letter>>& chains);

}  // namespace ocrbatch::pipeline
