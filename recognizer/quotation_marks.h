// Quotation marks and apostrophes that a network read twice.
//
// ' and ’ are one shape in many typefaces, and ” is two ’ side by side. Where a network hesitates between
// them it may give each its own frame, and the line reads l’'eau, ’’ or ’”: no decoder of CTC sees that both
// stand for the same ink, as their frames do differ.
#pragma once

#include <vector>

#include "recognizer/alphabet.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {

// Joins such marks, in place, in a line that was prepared `line_height_px` high:
//   two single ones    in one place the likelier one, side by side the double one that they make
//   two double ones    that overlap: the likelier one
//   a single and a double one that overlap, both doubtful: the double one; else ’” ends a quotation in
//   another
// Marks that the alphabet has not are never written.
void join_quotation_marks(std::vector<Character>& characters, int line_height_px, const Alphabet& alphabet);

}  // namespace ocrbatch::recognizer
