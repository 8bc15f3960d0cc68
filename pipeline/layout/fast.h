// A layout of our own: connected components, rows along baselines, columns by white space.
#pragma once

#include <vector>

#include "pipeline/layout/found_line.h"
#include "pipeline/layout/layout_image.h"

namespace ocrbatch::pipeline {

// The lines in reading order, with settled geometries, in pixels of `image`. Vertical text, pictures and
// rules are left out.
std::vector<FoundLine> find_lines_fast(const LayoutImage& image);

}  // namespace ocrbatch::pipeline
