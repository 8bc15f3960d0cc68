#include "pipeline/layout/leaders.h"

#include <algorithm>
#include <cstddef>

namespace ocrbatch::pipeline {
namespace {

constexpr std::size_t kFewestDots = 8;
// In x-heights.
constexpr float kLargestDot = 0.5F, kWidestGap = 1.5F, kAbove = 0.45F, kBelow = 0.2F;

// The dots on a row's baseline, from left to right.
std::vector<Letter> dots_of(const Row& row, const std::vector<Letter>& marks) {
  std::vector<Letter> dots;
  for (const Letter& mark : marks) {
    if (mark.middle() < row.x0 || mark.middle() > row.x1) continue;
    const float above = row.baseline_at(mark.middle()) - mark.centre().y, size = row.x_height;
    if (mark.height() <= kLargestDot * size && mark.width() <= kLargestDot * size && above < kAbove * size &&
        above > -kBelow * size)
      dots.push_back(mark);
  }
  std::ranges::sort(dots, from_left);
  return dots;
}

bool has_letter_between(const Row& row, const Letter& left, const Letter& right) {
  return std::ranges::any_of(row.letters, [&](const Letter& letter) {
    return letter.middle() > left.middle() && letter.middle() < right.middle();
  });
}

}  // namespace

std::vector<Row> with_leaders(std::vector<Row> rows, const std::vector<Letter>& marks) {
  if (marks.size() < kFewestDots) return rows;
  for (Row& row : rows) {
    const std::vector<Letter> dots = dots_of(row, marks);
    std::vector<Letter> leaders;
    for (std::size_t first = 0; first < dots.size();) {
      std::size_t last = first;
      while (last + 1 < dots.size() && dots[last + 1].x0 - dots[last].x1 <= kWidestGap * row.x_height &&
             !has_letter_between(row, dots[last], dots[last + 1]))
        ++last;
      if (last - first + 1 >= kFewestDots) {
        const float baseline = row.baseline_at(0.5F * (dots[first].x0 + dots[last].x1));
        leaders.push_back({dots[first].x0, dots[last].x1, baseline - row.x_height, baseline, true});
      }
      first = last + 1;
    }
    if (leaders.empty()) continue;
    row.letters.insert(row.letters.end(), leaders.begin(), leaders.end());
    std::ranges::sort(row.letters, from_left);
  }
  return rows;
}

}  // namespace ocrbatch::pipeline
