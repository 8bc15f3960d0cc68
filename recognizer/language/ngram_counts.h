// How often each n-gram of a text occurs, for every length up to the order of a model.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace ocrbatch::recognizer {

inline constexpr int kMaxNgramOrder = 6;

using SymbolLine = std::vector<std::uint16_t>;  // TextSymbols of a line, without its boundaries
using NgramKey = std::array<std::uint16_t, kMaxNgramOrder>;

struct CountedNgram {
  NgramKey symbols{};  // oldest first; zeros behind the last
  std::uint32_t occurrences = 0;
  // What Kneser-Ney counts: occurrences for the longest n-grams and those that begin a line, which nothing
  // can stand before; for the others, the number of different symbols before them.
  std::uint32_t count = 0;
  // Places in the next shorter level: without the last symbol, without the first.
  std::uint32_t context = 0, suffix = 0;
};

// Sorted by symbols.
using NgramLevel = std::vector<CountedNgram>;

// Level n - 1 holds the n-grams of length n. A line begins and ends with the boundary symbol; the boundary at
// a line's beginning is context only.
std::vector<NgramLevel> count_ngrams(const std::vector<SymbolLine>& lines, int order);

}  // namespace ocrbatch::recognizer
