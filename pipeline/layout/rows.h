// From pieces of rows to rows: what stands on one baseline belongs together.
#pragma once

#include <functional>
#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Joins rows that continue each other on one baseline, at no more than `reach` x-heights' distance; not those
// that something parts (from left to right).
using ArePartedRows = std::function<bool(const Row& left, const Row& right)>;
std::vector<Row> join_rows(std::vector<Row> rows, float reach, const ArePartedRows& are_parted = {});

// Gives commas, bowls of broken letters and other pieces that stand in the zone of a longer row to that row.
// `letter_px` is the height of usual letters.
void absorb_pieces(std::vector<Row>& rows, float letter_px);

// Whether `piece` lies within `row`, on its baseline or above it: its ink is cut with the row's.
bool lies_within(const Row& piece, const Row& row);

// Widens rows to punctuation, bullets and dots of leaders at their ends.
void attach_marks(std::vector<Row>& rows, const std::vector<Letter>& marks);

}  // namespace ocrbatch::pipeline
