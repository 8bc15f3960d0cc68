// Reading order, blocks and paragraphs.
#pragma once

#include <vector>

#include "pipeline/layout/columns.h"

namespace ocrbatch::pipeline {

struct OrderedPart {
  int part = 0;  // index into the parts
  int block = 0, paragraph = 0;
};

// Units (rows, or the parts of rows in one column) come in Breuel's order ("High performance document layout
// analysis", 2003): one above another where they share columns, and all of a column before what stands right
// of it unless something between the two reaches over both. A picture's caption that stands in a gutter with
// text of both columns beside it does not.
std::vector<OrderedPart> reading_order(const std::vector<RowPart>& parts, const std::vector<Gutter>& gutters);

}  // namespace ocrbatch::pipeline
