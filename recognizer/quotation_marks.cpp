#include "recognizer/quotation_marks.h"

#include <algorithm>
#include <iterator>
#include <string>
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
constexpr MarkForms kMarkForms[] = {{"'", "\""},          {"\u2019", "\u201D"}, {"\u2018", "\u201C"},
                                    {"\u2032", "\u2033"}, {"`", "\u201C"},      {"\u00B4", "\u201D"}};

bool is_single(std::string_view text) {
  return std::ranges::find(kMarkForms, text, &MarkForms::single) != std::end(kMarkForms);
}
bool is_twofold(std::string_view text) {
  return std::ranges::find(kMarkForms, text, &MarkForms::twofold) != std::end(kMarkForms);
}
std::string_view twofold_of(std::string_view single) {
  return std::ranges::find(kMarkForms, single, &MarkForms::single)->twofold;
}

// The mark that both are, empty when they are two or none.
std::string_view joined(const Character& a, const Character& b, int line_height_px) {
  const bool twofold_a = is_twofold(a.text), twofold_b = is_twofold(b.text);
  if (!(twofold_a || is_single(a.text)) || !(twofold_b || is_single(b.text))) return {};
  const float distance = (b.x0_px - a.x0_px) / static_cast<float>(line_height_px);
  const std::string_view likelier = a.confidence >= b.confidence ? a.text : b.text;
  if (twofold_a && twofold_b) return distance <= kDoubleMark ? likelier : std::string_view();
  if (distance > kSideBySide) return {};
  if (!twofold_a && !twofold_b) return distance <= kSamePlace ? likelier : twofold_of(likelier);
  if (a.confidence * b.confidence >= kDoubtful) return {};
  return twofold_a ? a.text : b.text;
}

}  // namespace

void join_quotation_marks(std::vector<Character>& characters, int line_height_px, const Alphabet& alphabet) {
  std::size_t kept = 0;
  for (Character& character : characters) {
    if (kept > 0) {
      Character& before = characters[kept - 1];
      const std::string mark(joined(before, character, line_height_px));
      if (!mark.empty() && !alphabet.encode(mark).empty()) {
        before.text = mark;
        before.x1_px = character.x1_px;
        before.confidence = std::max(before.confidence, character.confidence);
        before.agreement = std::min(before.agreement, character.agreement);
        continue;
      }
    }
    if (&characters[kept] != &character) characters[kept] = std::move(character);
    ++kept;
  }
  characters.resize(kept);
}

}  // namespace ocrbatch::recognizer
