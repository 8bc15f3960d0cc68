// Print that runs up or down the page: numbers in margins, names of axes.
#pragma once

#include <vector>

#include "pipeline/layout/found_line.h"
#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Takes rows of letters that stand close above one another, with nothing beside them, out of `letters` and of
// `large`, where some may have run together (both level; letter_px: height of usual ones): each once as if it
// ran down and, behind that, as if it ran up. All are doubtful. None of a page that has much of it: its print
// runs that way, and the page is to be turned.
std::vector<FoundLine> take_out_upright_lines(std::vector<Letter>& letters, std::vector<Letter>& large,
                                              float letter_px, const Tilt& tilt);

}  // namespace ocrbatch::pipeline
