// Numbers of pages, which may be a single digit by itself.
#pragma once

#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Whether a row is a single character above or below all `lines`, where pages have their numbers: in the
// middle, or where the lines begin or end. `letter_px` is the height of usual letters.
bool may_be_page_number(const Row& row, const std::vector<Row>& lines, float letter_px);

}  // namespace ocrbatch::pipeline
