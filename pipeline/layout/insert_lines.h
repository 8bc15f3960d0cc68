// Lines that were found after the others.
#pragma once

#include <vector>

#include "pipeline/layout/found_line.h"

namespace ocrbatch::pipeline {

// Puts `more`, from top to bottom, among `lines`, which are in reading order: as blocks of their own, of rows
// that lie below each other without a jump. letter_px: height of usual letters.
void insert_lines(std::vector<FoundLine> more, float letter_px, std::vector<FoundLine>& lines);

}  // namespace ocrbatch::pipeline
