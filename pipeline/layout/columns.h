// Columns: white stripes that run down between the letters of several rows.
#pragma once

#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// White from `top` to `bottom`, with print on both sides.
struct Gutter {
  float x0 = 0, x1 = 0, top = 0, bottom = 0;
  bool is_between_columns = false;  // of running text, each read to its end; else of a table, read row by row
};

// `rows` reach over the whole page. A gap between two letters is a gutter when it continues through the rows
// above and below: the evidence that Breuel's white rectangles ("Two geometric algorithms for layout
// analysis", 2002) give, gathered from rows instead of from letters.
std::vector<Gutter> find_gutters(const std::vector<Row>& rows);

// Whether a gutter between columns runs between two rows.
bool parts_rows(const std::vector<Gutter>& gutters, const Row& left, const Row& right);

// A part of a row between gutters or wide gaps. Parts of one row that no gutter between columns parts share
// their `unit`. Leaders (layout/leaders.h) are no gaps, and gone from the parts.
struct RowPart {
  Row line;
  int unit = 0;
};
std::vector<RowPart> split_rows(const std::vector<Row>& rows, const std::vector<Gutter>& gutters);

}  // namespace ocrbatch::pipeline
