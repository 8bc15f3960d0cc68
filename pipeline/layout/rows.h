// From chains of letters to rows with a baseline and a size of print.
#pragma once

#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Fits a baseline, x-height, ascent and descent to letters, at least one, sorted from left to right or not.
Row fit_row(std::vector<Letter> letters);

// Rows of letters without ascenders and rows of capitals look alike: decides by what the page's other rows
// are.
void settle_single_heights(std::vector<Row>& rows);

// Joins rows that continue each other on one baseline, at no more than `reach` x-heights' distance.
std::vector<Row> join_rows(std::vector<Row> rows, float reach);

// Gives commas, bowls of broken letters and other pieces that stand in the zone of a longer row to that row.
void absorb_pieces(std::vector<Row>& rows);

// Widens rows to punctuation, bullets and dots of leaders at their ends.
void attach_marks(std::vector<Row>& rows, const std::vector<Letter>& marks);

// False for the texture of pictures, dirt, barcodes and what is left of rules. `specks`: how many components
// too small for letters lie in the row's zone. In a picture only what is clearly print counts.
enum class Surroundings { kPaper, kPicture };
bool looks_like_print(const Row& row, size_t specks, Surroundings surroundings);

}  // namespace ocrbatch::pipeline
