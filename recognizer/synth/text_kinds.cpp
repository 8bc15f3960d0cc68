#include "recognizer/synth/text_kinds.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ocrbatch::recognizer {
namespace {

using Text = std::u32string;

char32_t upper(char32_t c) {
  return static_cast<char32_t>(u_toupper(static_cast<UChar32>(c)));
}
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

// A positive integer whose number of digits is drawn first, so that short numbers are common.
Text integer(Random& random, int max_digits) {
  const int count = random.between(1, max_digits);
  Text out = digits(random, count);
  if (out.size() > 1 && out[0] == U'0') out[0] = static_cast<char32_t>(U'1' + random.below(9));
  return out;
}

Text grouped(Random& random, const Text& separator) {
  Text out = integer(random, 3);
  const int groups = random.between(0, 2);
  for (int i = 0; i < groups; ++i) out += separator + digits(random, 3);
  return out;
}

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

Text running(TextContext& c) {
  bool cut = false;
  const std::size_t length = line_length(c);
  Text text = c.language.running_text(length, c.random, &cut);
  // Most lines of a page are full: paragraphs' last ones are few.
  if (text.size() * 3 < length * 2 && c.random.chance(0.8))
    text = c.language.running_text(length, c.random, &cut);
  if (!cut || text.size() < 6) return text;
  const bool splittable = is_letter(text.back()) && is_letter(text[text.size() - 2]);
  if (splittable && c.random.chance(0.35)) return text + U'-';
  const std::size_t space = text.rfind(U' ');
  if (space != Text::npos && space > 0) text.resize(space);
  return text;
}

Text word_list(TextContext& c) {
  Text out;
  const int count = c.random.between(1, 9);
  const bool punctuated = !c.language.punctuation.empty() && c.random.chance(0.6);
  for (int i = 0; i < count; ++i) {
    if (!out.empty()) out += U' ';
    if (!punctuated || c.random.chance(0.5)) {
      out += c.language.word(c.random);
      continue;
    }
    for (const char32_t p : c.random.pick(c.language.punctuation)) {
      if (p == U' ') {
        out += c.language.word(c.random);
      } else {
        out += p;
      }
    }
  }
  return out;
}

Text number_pattern(TextContext& c) {
  if (c.language.numbers.empty()) return integer(c.random, 6);
  Text out;
  const int count = c.random.between(1, 6);
  for (int i = 0; i < count; ++i) {
    if (!out.empty()) out += U' ';
    for (const char32_t p : c.random.pick(c.language.numbers)) {
      if (p == U' ') {
        out += static_cast<char32_t>(U'0' + c.random.below(10));
      } else {
        out += p;
      }
    }
  }
  return out;
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

Text numbers(TextContext& c) {
  if (c.random.chance(0.3)) return number_pattern(c);
  Text out = any_number(c.random);
  const int more = c.random.chance(0.4) ? 0 : c.random.between(1, 7);
  for (int i = 0; i < more; ++i) (out += U' ') += any_number(c.random);
  return out;
}

Text date(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 4> kSeparator = {U".", U"/", U"-", U". "};
  const Text& s = r.pick(kSeparator);
  const Text year = r.chance(0.7) ? number(r.between(1780, 2030)) : digits(r, 2);
  static const std::array<Text, 16> kMonths = {
      U"January", U"Feb.",    U"mars",     U"April", U"Mai",  U"junio",  U"Juli",  U"août",
      U"Sept.",   U"October", U"novembre", U"Dez.",  U"März", U"giugno", U"março", U"december"};
  Text out;
  switch (r.below(4)) {
    case 0:
      out = two(r, 1, 31) + s + two(r, 1, 12) + s + year;
      break;
    case 1:
      out = number(r.between(1900, 2030)) + U"-" + two(r, 1, 12) + U"-" + two(r, 1, 31);
      break;
    case 2:
      out = number(r.between(1, 31)) + (r.chance(0.4) ? U". " : U" ") + r.pick(kMonths) + U" " + year;
      break;
    default:
      out = r.pick(kMonths) + U" " + number(r.between(1, 31)) + U", " + year;
      break;
  }
  if (r.chance(0.3)) {
    out += U" " + two(r, 0, 23) + U":" + two(r, 0, 59);
    if (r.chance(0.4)) out += U":" + two(r, 0, 59);
    if (r.chance(0.2)) out += r.chance(0.5) ? U" PM" : U" AM";
  }
  if (r.chance(0.25)) out = c.language.word(r) + (r.chance(0.5) ? U", " : U": ") + out;
  return out;
}

Text price(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 14> kCurrency = {U"$",   U"€",   U"£",  U"¥",  U"USD", U"EUR", U"RM",
                                                 U"Fr.", U"CHF", U"DM", U"kr", U"R$",  U"¢",   U"₤"};
  const Text& currency = r.pick(kCurrency);
  const Text value = r.chance(0.7) ? integer(r, 4) + (r.chance(0.5) ? U"." : U",") + digits(r, 2) : amount(r);
  Text out = r.chance(0.5) ? currency + (r.chance(0.5) ? U" " : U"") + value
                           : value + (r.chance(0.7) ? U" " : U"") + currency;
  if (r.chance(0.6)) {
    Text label = words(c, r.between(1, 4));
    if (r.chance(0.4)) label = to_capitals(label);
    out = label + (r.chance(0.4) ? U": " : U" ") + out;
  }
  if (r.chance(0.15)) out += U" " + integer(r, 2) + U" x " + integer(r, 2) + U"." + digits(r, 2);
  return out;
}

Text code(TextContext& c) {
  Random& r = c.random;
  static const Text kUpper = U"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static const Text kLower = U"abcdefghijklmnopqrstuvwxyz";
  static const Text kSeparator = U"-/.:_ #";
  Text out;
  const int groups = r.between(1, 4);
  for (int i = 0; i < groups; ++i) {
    if (i > 0) out += r.pick(kSeparator);
    const int kind = r.between(0, 3);
    const int length = r.between(1, 7);
    for (int k = 0; k < length; ++k) {
      if (kind == 0 || (kind == 3 && r.chance(0.5))) {
        out += static_cast<char32_t>(U'0' + r.below(10));
      } else {
        out += kind == 2 && r.chance(0.5) ? r.pick(kLower) : r.pick(kUpper);
      }
    }
  }
  if (r.chance(0.4)) {
    static const std::array<Text, 12> kLabel = {U"No. ", U"Nr. ",  U"Ref: ", U"INV ",    U"ID ",   U"Tel. ",
                                                U"GST ", U"Art. ", U"ISBN ", U"Order #", U"S/N: ", U"N° "};
    out = r.pick(kLabel) + out;
  }
  return out;
}

Text ascii_word(TextContext& c) {
  Text word = c.language.word(c.random);
  std::erase_if(word, [](char32_t x) { return x >= 0x80 || !is_letter(x); });
  for (char32_t& x : word)
    if (x < U'a') x += 32;
  return word.empty() ? Text(U"info") : word;
}

Text contact(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 10> kTop = {U"com",   U"org", U"net", U"de", U"fr",
                                            U"co.uk", U"it",  U"es",  U"nl", U"com.br"};
  const Text host = ascii_word(c) + (r.chance(0.3) ? U"-" + ascii_word(c) : Text()) + U"." + r.pick(kTop);
  Text out;
  switch (r.below(4)) {
    case 0:
      out = ascii_word(c) + (r.chance(0.5) ? U"." + ascii_word(c) : digits(r, 2)) + U"@" + host;
      break;
    case 1:
      out = (r.chance(0.5) ? U"https://" : r.chance(0.5) ? U"http://www." : U"www.") + host;
      break;
    case 2: {
      out = r.chance(0.5) ? U"+" + integer(r, 2) + U" " : U"(0" + digits(r, 2) + U") ";
      const int groups = r.between(2, 4);
      for (int i = 0; i < groups; ++i)
        out += (i > 0 ? (r.chance(0.5) ? U"-" : U" ") : U"") + digits(r, r.between(2, 4));
      break;
    }
    default:
      out =
          host + U"/" + ascii_word(c) + (r.chance(0.4) ? U"?" + ascii_word(c) + U"=" + digits(r, 2) : Text());
  }
  if (r.chance(0.4)) {
    static const std::array<Text, 8> kLabel = {U"E-mail: ", U"Tel: ",  U"Fax: ", U"Web: ",
                                               U"TEL : ",   U"Email ", U"Fax ",  U"Mobil: "};
    out = r.pick(kLabel) + out;
  }
  return out;
}

Text address(TextContext& c) {
  Random& r = c.random;
  Text street = to_title(words(c, r.between(1, 2)));
  Text out =
      r.chance(0.5) ? street + U" " + integer(r, 3) : integer(r, 3) + (r.chance(0.5) ? U", " : U" ") + street;
  if (r.chance(0.7)) out += U", " + digits(r, 5) + U" " + to_title(c.language.word(r));
  if (r.chance(0.2)) out = U"P.O. Box " + integer(r, 4) + U", " + out;
  return r.chance(0.3) ? to_capitals(out) : out;
}

Text table_row(TextContext& c) {
  Random& r = c.random;
  Text out = r.chance(0.7) ? words(c, r.between(1, 4)) : code(c);
  if (r.chance(0.2)) out += U":";
  const int columns = r.between(1, 6);
  for (int i = 0; i < columns; ++i) {
    out += U' ';
    out += r.chance(0.85) ? any_number(r) : r.chance(0.5) ? Text(U"-") : c.language.word(r);
  }
  return out;
}

Text capitals(TextContext& c) {
  return to_capitals(c.random.chance(0.5) ? phrase(c, 3, 50) : words(c, c.random.between(1, 5)));
}

Text company(TextContext& c) {
  static const std::array<Text, 8> kForm = {U"",      U" Co.",   U" Ltd.", U" GmbH",
                                            U" S.A.", U" & Co.", U" Inc.", U" Sdn Bhd"};
  const Text first = to_title(words(c, c.random.between(1, 2)));
  return first + (c.random.chance(0.7) ? U" & " + to_title(c.language.word(c.random)) : Text()) +
         c.random.pick(kForm);
}

Text title_case(TextContext& c) {
  if (c.random.chance(0.3)) return c.random.chance(0.3) ? to_capitals(company(c)) : company(c);
  return to_title(c.random.chance(0.5) ? phrase(c, 5, 60) : words(c, c.random.between(1, 6)));
}

Text quoted(TextContext& c) {
  static const std::array<std::pair<Text, Text>, 9> kQuotes = {{{U"„", U"“"},
                                                                {U"“", U"”"},
                                                                {U"»", U"«"},
                                                                {U"«", U"»"},
                                                                {U"« ", U" »"},
                                                                {U"‹", U"›"},
                                                                {U"‘", U"’"},
                                                                {U"\"", U"\""},
                                                                {U"‚", U"‘"}}};
  const auto& [open, close] = c.random.pick(kQuotes);
  Text inner = phrase(c, 3, 40);
  while (!inner.empty() && inner.back() == U' ') inner.pop_back();
  static const std::array<Text, 8> kEnd = {U"", U".", U",", U"!", U"?", U"…", U"...", U";"};
  const Text end = c.random.pick(kEnd);
  Text out = open + inner + (c.random.chance(0.5) ? end + close : close + end);
  if (c.random.chance(0.5)) out = phrase(c, 3, 30) + U" " + out;
  if (c.random.chance(0.4)) out += U" " + phrase(c, 3, 30);
  return out;
}

Text dashes(TextContext& c) {
  static const std::array<Text, 10> kJoint = {U" – ",  U"—",   U" — ", U"–",  U"…",
                                              U"... ", U" … ", U"-",   U"; ", U" / "};
  Text out = c.random.chance(0.2) ? Text(U"—") : Text();
  const int parts = c.random.between(2, 3);
  for (int i = 0; i < parts; ++i) {
    if (i > 0) out += c.random.pick(kJoint);
    out += phrase(c, 3, 28);
  }
  return out;
}

Text bracketed(TextContext& c) {
  static const std::array<std::pair<Text, Text>, 4> kPairs = {
      {{U"(", U")"}, {U"[", U"]"}, {U"{", U"}"}, {U"<", U">"}}};
  const auto& [open, close] = kPairs[c.random.pick_weighted(std::array<double, 4>{6, 3, 0.5, 0.5})];
  const Text inner = c.random.chance(0.5) ? phrase(c, 2, 25) : any_number(c.random);
  return phrase(c, 3, 35) + U" " + open + inner + close +
         (c.random.chance(0.5) ? U" " + phrase(c, 3, 20) : Text(U"."));
}

Text list_item(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 14> kMark = {U"•", U"-", U"–", U"*", U"§", U"¶", U"†",
                                             U"‡", U"·", U"»", U"☐", U"→", U"■", U"▪"};
  static const Text kLetters = U"abcdefghABCDEFGHIVX";
  Text mark;
  switch (r.below(5)) {
    case 0:
      mark = r.pick(kMark);
      break;
    case 1:
      mark = integer(r, 2) + (r.chance(0.6) ? U"." : U")");
      break;
    case 2:
      mark = Text(1, r.pick(kLetters)) + (r.chance(0.5) ? U")" : U".");
      break;
    case 3:
      mark = U"§ " + integer(r, 3) + (r.chance(0.4) ? U" Abs. " + integer(r, 1) : Text());
      break;
    default:
      mark = integer(r, 1) + U"." + integer(r, 2) + (r.chance(0.4) ? U"." + integer(r, 1) : Text());
      break;
  }
  return mark + U" " + phrase(c, 4, 70);
}

Text footnote(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 12> kMark = {U"¹",  U"²",  U"³",   U"*",   U"†", U"‡",
                                             U"**", U"1)", U"(1)", U"[1]", U"⁴", U"°"};
  const Text& mark = r.pick(kMark);
  if (r.chance(0.4)) return mark + U" " + phrase(c, 10, 70);
  Text out = phrase(c, 5, 50);
  return out + mark + (r.chance(0.5) ? U" " + phrase(c, 3, 30) : Text());
}

Text formula(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 10> kOperator = {U" + ", U" - ", U" × ", U" = ", U" ± ",
                                                 U" ÷ ", U"/",   U" < ", U" > ", U" ≈ "};
  static const std::array<Text, 18> kUnit = {U"°", U"°C", U" kg", U" m²",  U" cm³", U"½",
                                             U"¼", U"¾",  U" %",  U" ‰",   U" mm",  U" µg",
                                             U"″", U"′",  U" km", U" lb.", U" Ω",   U" h"};
  Text out;
  const int terms = r.between(1, 4);
  for (int i = 0; i < terms; ++i) {
    if (i > 0) out += r.pick(kOperator);
    out += r.chance(0.7) ? integer(r, 3) : Text(1, static_cast<char32_t>(U'a' + r.below(26)));
    if (r.chance(0.3)) out += (r.chance(0.5) ? U"." : U",") + digits(r, r.between(1, 2));
    if (r.chance(0.5)) out += r.pick(kUnit);
  }
  if (r.chance(0.5)) out = phrase(c, 3, 30) + U" " + out;
  return out;
}

Text contents(TextContext& c) {
  Random& r = c.random;
  Text out = r.chance(0.4) ? integer(r, 2) + U". " : Text();
  out += phrase(c, 5, 40);
  while (!out.empty() && (out.back() == U' ' || out.back() == U'.')) out.pop_back();
  const int dots = r.between(3, 40);
  const bool spaced = r.chance(0.4);
  out += U' ';
  for (int i = 0; i < dots; ++i) out += spaced && i > 0 ? U" ." : U".";
  return out + U" " + integer(r, 3);
}

Text heading(TextContext& c) {
  Random& r = c.random;
  static const std::array<Text, 14> kRoman = {U"I",    U"II", U"III", U"IV", U"V",   U"VI",  U"VII",
                                              U"VIII", U"IX", U"X",   U"XI", U"XIV", U"XIX", U"LXXXVII"};
  switch (r.below(6)) {
    case 0:
      return integer(r, 3);
    case 1:
      return r.pick(kRoman) + (r.chance(0.5) ? U"." : U"");
    case 2:
      return to_capitals(c.language.word(r)) + U" " + r.pick(kRoman);
    case 3:
      return integer(r, 3) + U" " + to_capitals(phrase(c, 4, 30));
    case 4:
      return U"— " + integer(r, 3) + U" —";
    default:
      return phrase(c, 3, 25);
  }
}

// s -> ſ except at a word's end, as roman type was set until about 1800.
Text historical(TextContext& c) {
  Text text = running(c);
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == U's' && is_letter(text[i + 1])) text[i] = U'ſ';
  return text;
}

// Words with labels that the corpus hardly has, in the places where such characters stand.
Text rare(TextContext& c) {
  Random& r = c.random;
  if (c.rare.empty()) return running(c);
  Text out;
  const int count = r.between(2, 8);
  for (int i = 0; i < count; ++i) {
    if (i > 0) out += U' ';
    Text word = c.language.word(r);
    if (r.chance(0.85)) {
      const int changes = r.chance(0.6) ? 1 : 2;
      for (int k = 0; k < changes; ++k) {
        const Text& label = r.pick(c.rare);
        const char32_t first = label[0];
        if (is_letter(first)) {
          const std::size_t at = u_isupper(static_cast<UChar32>(first)) ? 0 : r.below(word.size() + 1);
          word = at < word.size() && r.chance(0.6) ? word.substr(0, at) + label + word.substr(at + 1)
                                                   : word.substr(0, at) + label + word.substr(at);
        } else if (r.chance(0.4)) {
          word = label + word;
        } else if (r.chance(0.6)) {
          word += label;
        } else {
          word += (r.chance(0.5) ? U" " : U"") + label + (r.chance(0.5) ? U" " : U"") + integer(r, 3);
        }
      }
    }
    out += r.chance(0.15) ? to_capitals(word) : word;
  }
  return out;
}

// Running text in which some characters gave way to ones that the corpus hardly has: for alphabets of
// thousands.
Text rare_running(TextContext& c) {
  Text text = running(c);
  if (c.rare.empty()) return text;
  Text out;
  for (const char32_t letter : text) {
    if (letter != U' ' && c.random.chance(0.3))
      out += c.random.pick(c.rare);
    else
      out += letter;
  }
  return out;
}

Text mixed(TextContext& c) {
  static const std::array<MakeText, 8> kParts = {word_list, numbers,   date,   price,
                                                 code,      bracketed, quoted, capitals};
  Text out = c.random.pick(kParts)(c);
  return out + (c.random.chance(0.3) ? U", " : U" ") + c.random.pick(kParts)(c);
}

}  // namespace

const std::vector<TextKind>& text_kinds() {
  static const std::vector<TextKind> kKinds = {
      {"running", running},
      {"words", word_list},
      {"numbers", numbers},
      {"date", date},
      {"price", price},
      {"code", code},
      {"contact", contact},
      {"address", address},
      {"table_row", table_row},
      {"capitals", capitals},
      {"title_case", title_case},
      {"quoted", quoted},
      {"dashes", dashes},
      {"bracketed", bracketed},
      {"list_item", list_item},
      {"footnote", footnote},
      {"formula", formula},
      {"contents", contents},
      {"heading", heading},
      {"historical", historical},
      {"rare", rare},
      {"mixed", mixed},
      {"rare_running", rare_running},
  };
  return kKinds;
}

}  // namespace ocrbatch::recognizer
