#include "recognizer/quotation_marks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace ocrbatch::recognizer {
namespace {

// From where one mark begins to where the other does, as shares of the line's height: a mark read twice, the
// halves of a double mark, and two double marks that cannot both have room.
constexpr float kSamePlace = 0.15F, kSideBySide = 0.45F, kDoubleMark = 0.6F;
// A quotation that ends in another: the product of the marks' confidences is higher.
constexpr float kDoubtful = 0.5F;

struct MarkForms {
  std::string_view single, twofold;
};
constexpr std::array<MarkForms, 6> kMarkForms = {{
    {"'", "\""},
    {"\u2019", "\u201D"},
    {"\u2018", "\u201C"},
    {"\u2032", "\u2033"},
    {"`", "\u201C"},
    {"\u00B4", "\u201D"},
}};

// Most characters of a line are none: told by the first byte.
bool may_be_mark(std::string_view text) {
  return text == "'" || text == "\"" || text == "`" || text.starts_with('\xE2') || text.starts_with('\xC2');
}

const MarkForms* single_mark(std::string_view text) {
  const auto found = std::ranges::find(kMarkForms, text, &MarkForms::single);
  return found == kMarkForms.end() ? nullptr : found;
}

bool is_double_mark(std::string_view text) {
  return std::ranges::find(kMarkForms, text, &MarkForms::twofold) != kMarkForms.end();
}

// What both stand for, if it is one mark.
std::optional<std::string_view> joined(const Character& a, const Character& b, int line_height_px) {
  if (!may_be_mark(a.text) || !may_be_mark(b.text)) return {};
  const float distance = (b.x0_px - a.x0_px) / static_cast<float>(line_height_px);
  const Character& likelier = a.confidence >= b.confidence ? a : b;
  const bool doubtful = a.confidence * b.confidence < kDoubtful;
  if (single_mark(a.text) != nullptr && single_mark(b.text) != nullptr) {
    if (distance <= kSamePlace) return likelier.text;
    if (distance <= kSideBySide) return single_mark(likelier.text)->twofold;
    return {};
  }
  const bool double_a = is_double_mark(a.text), double_b = is_double_mark(b.text);
  if (double_a && double_b)
    return distance <= kDoubleMark ? std::optional<std::string_view>(likelier.text) : std::nullopt;
  const bool single_and_double = (double_a && single_mark(b.text)) || (double_b && single_mark(a.text));
  if (single_and_double && doubtful && distance <= kSideBySide) return double_a ? a.text : b.text;
  return {};
}

}  // namespace

void join_quotation_marks(std::vector<Character>& characters, int line_height_px, const Alphabet& alphabet) {
  std::size_t kept = 0;
  for (Character& character : characters) {
    if (kept > 0) {
      Character& before = characters[kept - 1];
      const std::optional<std::string_view> mark = joined(before, character, line_height_px);
      if (mark && !alphabet.encode(*mark).empty()) {
        before.text = std::string(*mark);
        before.x1_px = character.x1_px;
        before.confidence = std::max(before.confidence, character.confidence);
        continue;
      }
    }
    if (&characters[kept] != &character) characters[kept] = std::move(character);
    ++kept;
  }
  characters.resize(kept);
}

}  // namespace ocrbatch::recognizer
