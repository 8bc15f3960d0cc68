// A row that bends by itself: in a photograph, on crumpled paper, in a book whose other rows bend otherwise.
#pragma once

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// How far the feet of a row's letters lie below its straight baseline: at its ends, and in its middle below
// the straight line between those. A parabola; all 0 where the letters do not show more than chance would.
struct RowCurve {
  float at_start = 0, at_end = 0, sag = 0;
};
RowCurve curve_of(const Row& row);

}  // namespace ocrbatch::pipeline
