#include "recognizer/synth/text_pieces.h"

#include <unicode/uchar.h>

#include <array>

namespace ocrbatch::recognizer {
namespace {

char32_t upper(char32_t c) {
  return static_cast<char32_t>(u_toupper(static_cast<UChar32>(c)));
}

}  // namespace

bool is_letter(char32_t c) {
  return u_isalpha(static_cast<UChar32>(c)) != 0;
}

Text to_capitals(const Text& text) {
  Text out;
  for (const char32_t c : text) {
    if (c == U'ß') {
      out += U"SS";
    } else {
      out += upper(c);
    }
  }
  return out;
}

Text to_title(Text text) {
  bool start = true;
  for (char32_t& c : text) {
    if (start && is_letter(c)) c = upper(c);
    start = c == U' ' || c == U'-';
  }
  return text;
}

Text with_typographic_marks(Text text) {
  char32_t before = U' ';
  for (char32_t& c : text) {
    const char32_t typed = c;
    const bool opens = before == U' ' || before == U'(' || before == U'[' || before == U'—' || before == U'"';
    const bool measures = before >= U'0' && before <= U'9';
    if (typed == U'\'' && !measures) c = opens ? U'‘' : U'’';
    if (typed == U'"' && !measures) c = opens ? U'“' : U'”';
    before = typed;
  }
  return text;
}

Text digits(Random& random, int count) {
  Text out;
  for (int i = 0; i < count; ++i) out += static_cast<char32_t>(U'0' + random.below(10));
  return out;
}

Text number(int value) {
  Text out;
  for (const char c : std::to_string(value)) out += static_cast<char32_t>(c);
  return out;
}

Text integer(Random& random, int max_digits) {
  const int count = random.between(1, max_digits);
  Text out = digits(random, count);
  if (out.size() > 1 && out[0] == U'0') out[0] = static_cast<char32_t>(U'1' + random.below(9));
  return out;
}

namespace {

Text grouped(Random& random, const Text& separator) {
  Text out = integer(random, 3);
  const int groups = random.between(0, 2);
  for (int i = 0; i < groups; ++i) out += separator + digits(random, 3);
  return out;
}

}  // namespace

Text two(Random& random, int lo, int hi) {
  const int value = random.between(lo, hi);
  return value < 10 && random.chance(0.8) ? U"0" + number(value) : number(value);
}

std::size_t line_length(TextContext& c) {
  if (c.random.chance(c.style.short_lines)) return static_cast<std::size_t>(c.random.between(1, 20));
  return static_cast<std::size_t>(c.style.characters.draw(c.random));
}

Text words(TextContext& c, int count) {
  Text out;
  for (int i = 0; i < count; ++i) {
    if (i > 0) out += U' ';
    out += c.language.word(c.random);
  }
  return out;
}

Text phrase(TextContext& c, int lo, int hi) {
  return c.language.running_text(static_cast<std::size_t>(c.random.between(lo, hi)), c.random);
}

Text amount(Random& random) {
  static const std::array<Text, 4> kGroup = {U",", U".", U" ", U""};
  const Text& group = random.pick(kGroup);
  Text out = grouped(random, group);
  if (random.chance(0.6)) out += (group == U"." ? U"," : group == U"," ? U"." : U",") + digits(random, 2);
  return out;
}

Text any_number(Random& random) {
  switch (random.below(9)) {
    case 0:
      return integer(random, 4);
    case 1:
      return amount(random);
    case 2:
      return integer(random, 3) + (random.chance(0.5) ? U"," : U".") + digits(random, random.between(1, 3));
    case 3:
      return integer(random, 3) + (random.chance(0.3) ? U" %" : U"%");
    case 4:
      return integer(random, 3) + (random.chance(0.5) ? U"-" : U"–") + integer(random, 3);
    case 5:
      return (random.chance(0.5) ? U"-" : U"+") + integer(random, 3) + U"." + digits(random, 1);
    case 6:
      return U"(" + integer(random, 4) + U")";
    case 7:
      return integer(random, 2) + U"/" + integer(random, 2);
    default:
      return number(random.between(1500, 2030));
  }
}

}  // namespace ocrbatch::recognizer
