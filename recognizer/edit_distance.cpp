#include "recognizer/edit_distance.h"

#include <unicode/unistr.h>

namespace ocrbatch::recognizer {

std::vector<std::string> code_points(const std::string& utf8) {
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8(utf8);
  std::vector<std::string> out;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    std::string one;
    icu::UnicodeString(text.char32At(i)).toUTF8String(one);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace ocrbatch::recognizer
