// Marks of Chinese text, which are as wide as its characters (GB/T 15834).
#pragma once

#include <vector>

#include "recognizer/alphabet.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::recognizer {

// Commas right behind a Chinese character become full-width (U+FF0C), in place, but for those with a space
// behind them: the two forms differ in nothing but the paper around them, which type set close has not.
// Colons, brackets and the others stay as they were read: forms have either. Where the alphabet has no such
// comma nothing changes.
void widen_commas(std::vector<Character>& characters, const Alphabet& alphabet);

}  // namespace ocrbatch::recognizer
