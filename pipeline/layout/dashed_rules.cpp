#include "pipeline/layout/dashed_rules.h"

#include <algorithm>
#include <cmath>

namespace ocrbatch::pipeline {
namespace {

constexpr std::size_t kFewestDashes = 8;
// In letter heights.
constexpr float kThickest = 0.35F, kLongest = 2.5F, kWidestGap = 1.5F, kStep = 0.15F;
constexpr float kLeastAspect = 1.5F, kMostUnlike = 2.5F;

bool follows(const Letter& dash, const Letter& next, float letter_px) {
  const float gap = next.x0 - dash.x1;
  if (gap < 0 || gap > kWidestGap * letter_px) return false;
  if (std::abs(next.centre().y - dash.centre().y) > kStep * letter_px) return false;
  const auto [shorter, longer] = std::minmax({dash.width(), next.width()});
  return longer <= kMostUnlike * shorter;
}

}  // namespace

void drop_dashed_rules(std::vector<Letter>& marks, float letter_px) {
  std::vector<std::size_t> dashes;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Letter& mark = marks[i];
    if (mark.height() <= kThickest * letter_px && mark.width() <= kLongest * letter_px &&
        mark.width() >= kLeastAspect * mark.height())
      dashes.push_back(i);
  }
  if (dashes.size() < kFewestDashes) return;
  std::ranges::sort(dashes, {}, [&](std::size_t i) { return std::pair(marks[i].x0, i); });
  // The chain that each dash continues, by its first dash, and how many there are in it.
  std::vector<std::size_t> first(dashes.size()), count(dashes.size(), 1);
  for (std::size_t i = 0; i < dashes.size(); ++i) first[i] = i;
  for (std::size_t i = 0; i < dashes.size(); ++i) {
    const Letter& dash = marks[dashes[i]];
    for (std::size_t k = i + 1; k < dashes.size(); ++k) {
      const Letter& next = marks[dashes[k]];
      if (next.x0 > dash.x1 + kWidestGap * letter_px) break;
      if (first[k] != k || !follows(dash, next, letter_px)) continue;
      first[k] = first[i];
      ++count[first[i]];
      break;
    }
  }
  std::vector<bool> is_rule(marks.size());
  for (std::size_t i = 0; i < dashes.size(); ++i) is_rule[dashes[i]] = count[first[i]] >= kFewestDashes;
  std::erase_if(marks, [&, i = std::size_t{0}](const Letter&) mutable { return is_rule[i++]; });
}

}  // namespace ocrbatch::pipeline
