// A layout of our own: connected components, rows along baselines, columns by white space.
#pragma once

#include <vector>

#include "pipeline/layout/found_line.h"
#include "pipeline/layout/layout_image.h"
#include "pipeline/layout/upright_rules.h"

namespace ocrbatch::pipeline {

// In pixels of the layout image.
struct FastLayout {
  std::vector<FoundLine> lines;  // in reading order, with settled geometries
  std::vector<UprightRule> rules;
};

// Pictures and rules are no lines. What may be none, and print that runs up or down, is doubtful.
FastLayout find_lines_fast(const LayoutImage& image);

}  // namespace ocrbatch::pipeline
