#include "io/writers/text_encoding.h"

#include <unicode/utf8.h>

#include <array>
#include <cstdint>

namespace ocrbatch::io {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Calls valid(bytes, code point) and invalid(byte) in order.
template <class Valid, class Invalid>
void walk_utf8(std::string_view text, Valid&& valid, Invalid&& invalid) {
  const char* const data = text.data();
  const auto length = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < length;) {
    const std::int64_t start = at;
    UChar32 code_point = 0;
    U8_NEXT(data, at, length, code_point);
    if (code_point >= 0) {
      valid(text.substr(start, at - start), code_point);
    } else {
      for (std::int64_t i = start; i < at; ++i) invalid(static_cast<unsigned char>(data[i]));
    }
  }
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  walk_utf8(
      text, [&](std::string_view bytes, UChar32) { out += bytes; },
      [&](unsigned char) { out += kReplacement; });
  return out;
}

std::string printable_name(std::string_view name) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(name.size());
  walk_utf8(
      name,
      [&](std::string_view bytes, UChar32 code_point) {
        out += bytes;
        if (code_point == '\\') out += '\\';
      },
      [&](unsigned char byte) {
        out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      });
  return out;
}

std::optional<std::string> name_of_printable(std::string_view printable) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string name;
  for (std::size_t at = 0; at < printable.size(); ++at) {
    if (printable[at] != '\\') {
      name += printable[at];
    } else if (printable.substr(at).starts_with("\\\\")) {
      name += '\\';
      ++at;
    } else {
      const std::string_view code = printable.substr(at, 4);
      if (code.size() != 4 || code[1] != 'x') return std::nullopt;
      const std::size_t high = kHex.find(code[2]), low = kHex.find(code[3]);
      if (high == kHex.npos || low == kHex.npos) return std::nullopt;
      name += static_cast<char>(high << 4 | low);
      at += 3;
    }
  }
  return name;
}

std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  walk_utf8(
      text,
      [&](std::string_view bytes, UChar32 c) {
        switch (c) {
          case '&':
            out += "&amp;";
            return;
          case '<':
            out += "&lt;";
            return;
          case '>':
            out += "&gt;";
            return;
          case '"':
            out += "&quot;";
            return;
          case '\'':
            out += "&#39;";
            return;
          default:
            break;
        }
        const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
        out += control || c == 0xFFFE || c == 0xFFFF ? kReplacement : bytes;
      },
      [&](unsigned char) { out += kReplacement; });
  return out;
}

}  // namespace ocrbatch::io
