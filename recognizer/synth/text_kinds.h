// The kinds of text that stand on paper: running text, dates, prices, tables' fragments, ...
#pragma once

#include <string>

#include "recognizer/synth/corpus.h"

namespace ocrbatch::recognizer {

// COMBINING LATIN SMALL LETTER E: German umlauts as they were set until the 19th century. Few fonts have it;
// the typesetter makes it of theirs.
inline constexpr char32_t kSmallEAbove = U'\u0364';

struct TextContext {
  const LanguageText& language;
  const TextStyle& style;
  const std::vector<std::u32string>& rare;  // labels that need occurrences
  Random& random;
};

using MakeText = std::u32string (*)(TextContext&);

struct TextKind {
  const char* name;
  MakeText make;
};

// Every kind, by the name that recipes use.
const std::vector<TextKind>& text_kinds();

}  // namespace ocrbatch::recognizer
