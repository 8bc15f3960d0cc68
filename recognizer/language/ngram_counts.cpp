#include "recognizer/language/ngram_counts.h"

#include <algorithm>
#include <stdexcept>

#include "recognizer/language/text_symbols.h"

namespace ocrbatch::recognizer {
namespace {

SymbolLine with_boundaries(const SymbolLine& line) {
  SymbolLine whole = {TextSymbols::kLineBoundary};
  whole.insert(whole.end(), line.begin(), line.end());
  whole.push_back(TextSymbols::kLineBoundary);
  return whole;
}

NgramKey key_of(const std::uint16_t* symbols, std::size_t length) {
  NgramKey key{};
  std::copy_n(symbols, length, key.begin());
  return key;
}

NgramKey without_first(const NgramKey& key) {
  NgramKey out{};
  std::copy(key.begin() + 1, key.end(), out.begin());
  return out;
}

NgramLevel counted(std::vector<NgramKey> keys) {
  std::sort(keys.begin(), keys.end());
  NgramLevel level;
  for (const NgramKey& key : keys) {
    if (level.empty() || level.back().symbols != key) level.push_back({.symbols = key});
    ++level.back().occurrences;
    ++level.back().count;
  }
  return level;
}

// Of every place where so many symbols fit, or only of those at the beginning of lines.
NgramLevel ngrams_in(const std::vector<SymbolLine>& lines, std::size_t length, bool beginnings_only) {
  std::vector<NgramKey> keys;
  for (const SymbolLine& line : lines) {
    const SymbolLine whole = with_boundaries(line);
    for (std::size_t begin = 0; begin + length <= whole.size(); ++begin) {
      keys.push_back(key_of(whole.data() + begin, length));
      if (beginnings_only) break;
    }
  }
  return counted(std::move(keys));
}

// What stands behind the first symbol of longer n-grams, once for each of them.
NgramLevel suffixes_of(const NgramLevel& longer) {
  NgramLevel found;
  for (const CountedNgram& ngram : longer)
    found.push_back({.symbols = without_first(ngram.symbols), .occurrences = ngram.occurrences, .count = 1});
  std::sort(found.begin(), found.end(),
            [](const CountedNgram& a, const CountedNgram& b) { return a.symbols < b.symbols; });
  NgramLevel level;
  for (const CountedNgram& ngram : found) {
    if (level.empty() || level.back().symbols != ngram.symbols) {
      level.push_back(ngram);
    } else {
      level.back().occurrences += ngram.occurrences;
      level.back().count += ngram.count;
    }
  }
  return level;
}

std::uint32_t place_of(const NgramKey& key, const NgramLevel& level) {
  const auto found = std::lower_bound(level.begin(), level.end(), key,
                                      [](const CountedNgram& a, const NgramKey& b) { return a.symbols < b; });
  if (found == level.end() || found->symbols != key)
    throw std::logic_error("an n-gram without its context was counted");
  return static_cast<std::uint32_t>(found - level.begin());
}

void link(NgramLevel& level, const NgramLevel& shorter, std::size_t length) {
  for (CountedNgram& ngram : level) {
    NgramKey context = ngram.symbols;
    context[length - 1] = 0;
    ngram.context = place_of(context, shorter);
    ngram.suffix = place_of(without_first(ngram.symbols), shorter);
  }
}

}  // namespace

std::vector<NgramLevel> count_ngrams(const std::vector<SymbolLine>& lines, int order) {
  const auto longest = static_cast<std::size_t>(order);
  std::vector<NgramLevel> levels(longest);
  levels[longest - 1] = ngrams_in(lines, longest, /*beginnings_only=*/false);
  for (std::size_t length = longest - 1; length >= 1; --length) {
    NgramLevel& level = levels[length - 1] = suffixes_of(levels[length]);
    // A line's first boundary by itself is no n-gram: it is never predicted.
    if (length >= 2) {
      const NgramLevel first = ngrams_in(lines, length, /*beginnings_only=*/true);
      level.insert(level.begin(), first.begin(), first.end());  // the boundary sorts first
    }
  }
  for (std::size_t length = 2; length <= longest; ++length)
    link(levels[length - 1], levels[length - 2], length);
  return levels;
}

}  // namespace ocrbatch::recognizer
