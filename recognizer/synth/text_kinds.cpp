#include "recognizer/synth/text_kinds.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "recognizer/synth/text_pieces.h"
#include "recognizer/synth/text_records.h"

namespace ocrbatch::recognizer {
namespace {

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

Text contents(TextContext& c) {
  Random& r = c.random;
  Text out = r.chance(0.4) ? integer(r, 2) + U". " : Text();
  out += phrase(c, 5, 40);
  while (!out.empty() && (out.back() == U' ' || out.back() == U'.')) out.pop_back();
  const int dots = r.between(3, r.chance(0.5) ? 40 : 90);
  const bool spaced = r.chance(0.4);
  // Word processors lead right from the entry's last letter to its page.
  if (spaced || r.chance(0.4)) out += U' ';
  for (int i = 0; i < dots; ++i) out += spaced && i > 0 ? U" ." : U".";
  if (spaced || r.chance(0.4)) out += U' ';
  return out + integer(r, 3);
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

// s -> ſ except at a word's end, as roman type was set until about 1800 and Fraktur always; in German
// sometimes ä -> a with a small e above, and so on.
Text historical(TextContext& c) {
  const Text source = running(c);
  const bool small_e = c.language.language == "deu" && c.random.chance(0.3);
  Text text;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const char32_t letter = source[i];
    if (letter == U's' && i + 1 < source.size() && is_letter(source[i + 1])) {
      text += U'ſ';
    } else if (small_e && (letter == U'ä' || letter == U'ö' || letter == U'ü')) {
      text += letter == U'ä' ? U'a' : letter == U'ö' ? U'o' : U'u';
      text += kSmallEAbove;
    } else {
      text += letter;
    }
  }
  return text;
}

// Type of the 16th to 18th century: long s, u and v by their place in the word and not by their sound, i for
// j, "&", a tilde for an omitted n or m.
Text early_modern(TextContext& c) {
  static const std::array<std::pair<char32_t, Text>, 5> kTildes = {
      {{U'a', U"ã"}, {U'e', U"ẽ"}, {U'i', U"ĩ"}, {U'o', U"õ"}, {U'u', U"ũ"}}};
  Random& r = c.random;
  const Text source = historical(c);
  const bool by_place = r.chance(0.6);
  Text text;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const bool first = i == 0 || !is_letter(source[i - 1]);
    const char32_t letter = source[i];
    if (first && i + 2 < source.size() && letter == U'e' && source[i + 2] == U' ' &&
        (source[i + 1] == U't' || source[i + 1] == U'y') && r.chance(0.5)) {
      text += U'&';
      ++i;
    } else if (by_place && first && (letter == U'u' || letter == U'U')) {
      text += letter == U'u' ? U'v' : U'V';
    } else if (by_place && !first && letter == U'v') {
      text += U'u';
    } else if (by_place && letter == U'j') {
      text += U'i';
    } else if (i + 1 < source.size() && (source[i + 1] == U'n' || source[i + 1] == U'm') && r.chance(0.06)) {
      const auto* const tilde = std::find_if(kTildes.begin(), kTildes.end(),
                                             [&](const auto& entry) { return entry.first == letter; });
      if (tilde == kTildes.end()) {
        text += letter;
        continue;
      }
      text += tilde->second;
      ++i;
    } else {
      text += letter;
    }
  }
  return text;
}

// One word, or two, as on signs and labels.
Text sign(TextContext& c) {
  Random& r = c.random;
  if (r.chance(0.1)) return integer(r, 4);
  Text text = r.chance(0.75) ? c.language.word(r) : words(c, 2);
  const std::size_t style = r.pick_weighted(std::array<double, 3>{4, 3, 3});
  if (style == 0) text = to_capitals(text);
  if (style == 1) text = to_title(text);
  static const std::array<Text, 8> kEnd = {U".", U",", U"!", U":", U"'s", U"?", U"®", U"™"};
  return r.chance(0.08) ? text + r.pick(kEnd) : text;
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

// Words one behind the other with punctuation between some of them, for scripts that are written without
// spaces: a list of words has more of the language than its running text at hand.
Text joined_words(TextContext& c) {
  const std::size_t length = line_length(c);
  Text out;
  for (std::size_t i = 0; i < length && out.size() < length; ++i) {
    out += c.language.word(c.random);
    if (c.language.punctuation.empty() || !c.random.chance(0.25)) continue;
    for (const char32_t p : c.random.pick(c.language.punctuation))
      if (p != U' ') out += p;
  }
  out.resize(std::min(out.size(), length));
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
      {"field", field},
      {"capitals", capitals},
      {"title_case", title_case},
      {"quoted", quoted},
      {"dashes", dashes},
      {"bracketed", bracketed},
      {"list_item", list_item},
      {"footnote", footnote},
      {"choices", choices},
      {"formula", formula},
      {"contents", contents},
      {"heading", heading},
      {"historical", historical},
      {"early_modern", early_modern},
      {"sign", sign},
      {"rare", rare},
      {"mixed", mixed},
      {"rare_running", rare_running},
      {"joined_words", joined_words},
  };
  return kKinds;
}

}  // namespace ocrbatch::recognizer
