// Baseline and size of print of a row of letters.
#pragma once

#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Fits a baseline, x-height, ascent and descent to letters, at least one, sorted from left to right or not.
Row fit_row(std::vector<Letter> letters);

// Sets the row's box to that of its letters.
void find_extent(Row& row);

// Rows of letters without ascenders and rows of capitals look alike: decides by what the page's other rows
// are.
void settle_single_heights(std::vector<Row>& rows);

}  // namespace ocrbatch::pipeline
