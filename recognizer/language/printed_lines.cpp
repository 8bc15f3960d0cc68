#include "recognizer/language/printed_lines.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace ocrbatch::recognizer {
namespace {

constexpr std::size_t kLeastPart = 3;

std::string to_utf8(const icu::UnicodeString& text) {
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

bool is_of_letters(const icu::UnicodeString& word) {
  for (std::int32_t i = 0; i < word.length(); ++i)
    if (!u_isalpha(word.char32At(i))) return false;
  return true;
}

std::vector<icu::UnicodeString> words_of(const icu::UnicodeString& text) {
  std::vector<icu::UnicodeString> words;
  icu::UnicodeString word;
  for (std::int32_t i = 0; i < text.length(); ++i) {
    if (u_isUWhiteSpace(text[i])) {
      if (!word.isEmpty()) words.push_back(word);
      word.remove();
    } else {
      word += text[i];
    }
  }
  if (!word.isEmpty()) words.push_back(word);
  return words;
}

}  // namespace

std::vector<std::string> printed_lines(std::string_view paragraph_utf8, std::size_t width) {
  std::vector<std::string> lines;
  icu::UnicodeString line;
  const auto end_line = [&] {
    if (!line.isEmpty()) lines.push_back(to_utf8(line));
    line.remove();
  };
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(paragraph_utf8.data(), static_cast<std::int32_t>(paragraph_utf8.size())));
  for (icu::UnicodeString& word : words_of(text)) {
    const std::size_t used = static_cast<std::size_t>(line.length()) + (line.isEmpty() ? 0 : 1);
    const auto letters = static_cast<std::size_t>(word.length());
    if (used + letters > width) {
      const std::size_t room = used + 1 < width ? width - used - 1 : 0;  // before a hyphen
      if (room >= kLeastPart && letters >= room + kLeastPart && is_of_letters(word)) {
        const auto part = static_cast<std::int32_t>(room);
        if (!line.isEmpty()) line += u' ';
        line += icu::UnicodeString(word, 0, part) + u'-';
        word.remove(0, part);
      }
      end_line();
    }
    if (!line.isEmpty()) line += u' ';
    line += word;
  }
  end_line();
  return lines;
}

std::string in_capitals(const std::string& utf8) {
  return to_utf8(icu::UnicodeString::fromUTF8(utf8).toUpper(icu::Locale::getRoot()));
}

}  // namespace ocrbatch::recognizer
