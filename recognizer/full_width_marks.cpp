#include "recognizer/full_width_marks.h"

#include <string>
#include <string_view>

namespace ocrbatch::recognizer {
namespace {

// Of the blocks CJK Unified Ideographs and Extension A, which are three bytes of UTF-8 each.
bool is_chinese(std::string_view text) {
  return text.size() == 3 && text >= "\u3400" && text <= "\u9FFF";
}

}  // namespace

void widen_commas(std::vector<Character>& characters, const Alphabet& alphabet) {
  const std::string wide = "\uFF0C";
  if (alphabet.encode(wide).empty()) return;
  for (std::size_t i = 1; i < characters.size(); ++i) {
    const bool spaced = i + 1 < characters.size() && characters[i + 1].text == " ";
    if (characters[i].text == "," && !spaced && is_chinese(characters[i - 1].text)) characters[i].text = wide;
  }
}

}  // namespace ocrbatch::recognizer
