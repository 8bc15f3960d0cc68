// What the makers of texts are made of: letters, numbers, words of the corpus.
#pragma once

#include "recognizer/synth/text_kinds.h"

namespace ocrbatch::recognizer {

using Text = std::u32string;

bool is_letter(char32_t c);
Text to_capitals(const Text& text);
Text to_title(Text text);  // the first letter of each word
// As a typesetter writes ' and ": curly, apostrophes among them; straight behind digits, where they are feet
// and inches.
Text with_typographic_marks(Text text);

// `count` random digits.
Text digits(Random& random, int count);
Text number(int value);
// A positive integer whose number of digits is drawn first, so that short numbers are common.
Text integer(Random& random, int max_digits);
Text two(Random& random, int lo, int hi);  // with a leading zero
Text amount(Random& random);
Text any_number(Random& random);

std::size_t line_length(TextContext& c);  // in characters, as the style has it
Text words(TextContext& c, int count);
Text phrase(TextContext& c, int lo, int hi);  // of as many words

}  // namespace ocrbatch::recognizer
