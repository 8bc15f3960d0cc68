// Which way the text of a page runs, before any of it is read.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/layout/components.h"

namespace ocrbatch::pipeline {

// Letters by where their nearest neighbour is. Letters of a line stand closer to each other than lines do, as
// O'Gorman's docstrum shows (1993): on a page that lies on its side most neighbours are above or below.
struct LetterNeighbours {
  std::int32_t beside = 0, above_or_below = 0;
};

LetterNeighbours find_letter_neighbours(const std::vector<Component>& components);

}  // namespace ocrbatch::pipeline
