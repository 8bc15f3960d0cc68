// Kinds of text that are not prose: numbers, dates, prices, codes, addresses, rows of tables, boxes to tick,
// formulas.
#pragma once

#include "recognizer/synth/text_kinds.h"

namespace ocrbatch::recognizer {

std::u32string numbers(TextContext& c);
std::u32string date(TextContext& c);
std::u32string price(TextContext& c);
std::u32string code(TextContext& c);
std::u32string contact(TextContext& c);
std::u32string address(TextContext& c);
std::u32string table_row(TextContext& c);
std::u32string field(TextContext& c);
std::u32string choices(TextContext& c);
std::u32string formula(TextContext& c);

}  // namespace ocrbatch::recognizer
