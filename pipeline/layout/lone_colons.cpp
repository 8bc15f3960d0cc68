#include "pipeline/layout/lone_colons.h"

#include <algorithm>
#include <cmath>

namespace ocrbatch::pipeline {
namespace {

// In letter heights.
constexpr float kLargestDot = 0.32F, kLowest = 0.4F, kHighest = 0.85F, kAside = 0.12F, kNear = 0.6F;
constexpr float kMostUnlike = 1.8F;

bool is_dot(const Letter& mark, float letter_px) {
  const auto [less, more] = std::minmax({mark.width(), mark.height()});
  return more <= kLargestDot * letter_px && more <= kMostUnlike * less;
}

bool is_above(const Letter& upper, const Letter& lower, float letter_px) {
  const float height = lower.bottom - upper.top;
  const auto [smaller, larger] = std::minmax({upper.height(), lower.height()});
  return std::abs(upper.middle() - lower.middle()) <= kAside * letter_px && upper.bottom < lower.top &&
         height >= kLowest * letter_px && height <= kHighest * letter_px && larger <= kMostUnlike * smaller;
}

// Dots above and below make it a piece of a dotted rule.
bool is_near(const Letter& a, const Letter& b, float reach) {
  return a.x0 < b.x1 + reach && b.x0 < a.x1 + reach && a.top < b.bottom + reach && b.top < a.bottom + reach;
}

}  // namespace

std::vector<Letter> find_lone_colons(const std::vector<Letter>& marks, const std::vector<Letter>& letters,
                                     float letter_px) {
  std::vector<Letter> dots;
  for (const Letter& mark : marks)
    if (is_dot(mark, letter_px)) dots.push_back(mark);
  std::ranges::sort(dots, from_left);
  std::vector<Letter> colons;
  for (std::size_t i = 0; i < dots.size(); ++i) {
    for (std::size_t k = i + 1; k < dots.size() && dots[k].x0 <= dots[i].x1 + kAside * letter_px; ++k) {
      const Letter &a = dots[i], &b = dots[k];
      if (!is_above(a, b, letter_px) && !is_above(b, a, letter_px)) continue;
      const Letter colon{std::min(a.x0, b.x0), std::max(a.x1, b.x1), std::min(a.top, b.top),
                         std::max(a.bottom, b.bottom)};
      const float reach = kNear * letter_px;
      const auto is_by = [&](const Letter& other) { return is_near(colon, other, reach); };
      if (std::ranges::count_if(marks, is_by) == 2 && std::ranges::none_of(letters, is_by))
        colons.push_back(colon);
    }
  }
  return colons;
}

}  // namespace ocrbatch::pipeline
