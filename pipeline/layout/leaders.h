// Rows of dots that lead from an entry to its page, as in tables of contents.
#pragma once

#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// The rows with a letter in the place of each leader among the `marks`: what it leads to is no other
// column's. The letters say that they are leaders (Letter::is_leader) and tell nothing of a row's size.
std::vector<Row> with_leaders(std::vector<Row> rows, const std::vector<Letter>& marks);

}  // namespace ocrbatch::pipeline
