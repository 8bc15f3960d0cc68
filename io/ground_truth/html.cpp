#include "io/ground_truth/html.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace ocrbatch::io {
namespace {

// From U+00A0 to U+00FF.
constexpr std::string_view kLatin1[] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",
    "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",
    "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12",
    "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil",
    "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde",
    "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",
    "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",
    "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",
    "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

struct NamedCharacter {
  std::string_view name;
  UChar32 code_point;
};
constexpr NamedCharacter kOthers[] = {
    {"OElig", 0x152},   {"oelig", 0x153},   {"Scaron", 0x160},  {"scaron", 0x161},  {"Yuml", 0x178},
    {"fnof", 0x192},    {"circ", 0x2C6},    {"tilde", 0x2DC},   {"ensp", 0x2002},   {"emsp", 0x2003},
    {"thinsp", 0x2009}, {"ndash", 0x2013},  {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019},
    {"sbquo", 0x201A},  {"ldquo", 0x201C},  {"rdquo", 0x201D},  {"bdquo", 0x201E},  {"dagger", 0x2020},
    {"Dagger", 0x2021}, {"bull", 0x2022},   {"hellip", 0x2026}, {"permil", 0x2030}, {"prime", 0x2032},
    {"Prime", 0x2033},  {"lsaquo", 0x2039}, {"rsaquo", 0x203A}, {"euro", 0x20AC},   {"trade", 0x2122},
    {"larr", 0x2190},   {"rarr", 0x2192},   {"minus", 0x2212},  {"ne", 0x2260},     {"le", 0x2264},
    {"ge", 0x2265}};

std::optional<UChar32> code_point_of(std::string_view name) {
  if (const auto* found = std::ranges::find(kLatin1, name); found != std::end(kLatin1)) {
    return 0xA0 + static_cast<UChar32>(found - std::begin(kLatin1));
  }
  const auto* found = std::ranges::find(kOthers, name, &NamedCharacter::name);
  return found == std::end(kOthers) ? std::nullopt : std::optional(found->code_point);
}

std::string utf8(UChar32 code_point) {
  std::array<char, U8_MAX_LENGTH> bytes{};
  std::size_t length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, code_point);
  return {bytes.data(), length};
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Elements that never have an end tag.
bool is_void(std::string_view tag) {
  constexpr std::string_view kNames[] = {"meta", "link", "br", "hr", "img", "input", "col", "wbr", "base"};
  std::size_t length = 0;
  while (length < tag.size() && is_letter(tag[length])) ++length;
  return std::ranges::any_of(kNames, [&](std::string_view name) {
    return std::ranges::equal(name, tag.substr(0, length), {}, {},
                              [](char c) { return static_cast<char>(c | 0x20); });
  });
}

std::size_t end_of_tag(std::string_view html, std::size_t begin) {
  char quote = '\0';
  for (std::size_t i = begin; i < html.size(); ++i) {
    if (quote != '\0') {
      if (html[i] == quote) quote = '\0';
    } else if (html[i] == '"' || html[i] == '\'') {
      quote = html[i];
    } else if (html[i] == '>') {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::string html_as_xml(const std::string& html) {
  const std::string_view text = html;
  std::string out;
  out.reserve(html.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '&') {
      const std::size_t end = text.find(';', i);
      const auto code_point = end == std::string_view::npos || end - i > 12
                                  ? std::nullopt
                                  : code_point_of(text.substr(i + 1, end - i - 1));
      if (code_point) {
        out += utf8(*code_point);
        i = end + 1;
        continue;
      }
    } else if (text[i] == '<' && is_void(text.substr(i + 1))) {
      const std::size_t end = end_of_tag(text, i);
      if (end != std::string_view::npos) {
        out += ' ';
        for (const char c : text.substr(i, end - i)) {
          if (c == '\n') out += c;
        }
        i = end + 1;
        continue;
      }
    }
    out += text[i++];
  }
  return out;
}

}  // namespace ocrbatch::io
