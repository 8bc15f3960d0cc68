#include "pipeline/layout/rules.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <opencv2/core.hpp>

#include "pipeline/layout/heading_letters.h"
#include "pipeline/layout/upright_runs.h"

namespace ocrbatch::pipeline {
namespace {

// Letters have no straight strokes as long as this, in letter heights, unless they are a heading's.
constexpr double kRuleLength = 3.5;
// A rule is thinner than this; a thicker bar is a picture or a panel with light print on it.
constexpr double kRuleThickness = 0.45;

// Keeps the runs of each row that are at least `length` long.
void keep_long_runs(cv::Mat& ink, int length) {
  for (int y = 0; y < ink.rows; ++y) {
    uchar* row = ink.ptr<uchar>(y);
    for (int x = 0; x < ink.cols;) {
      const auto* next =
          static_cast<const uchar*>(std::memchr(row + x, 255, static_cast<size_t>(ink.cols - x)));
      if (next == nullptr) break;
      const int start = static_cast<int>(next - row);
      for (x = start; x < ink.cols && row[x] != 0;) ++x;
      if (x - start < length) std::fill(row + start, row + x, uchar{0});
    }
  }
}

// Ink that lies in straight runs of at least `length` along the rows and is thin across.
cv::Mat level_rules(const cv::Mat& ink, int length, int thickness) {
  // A tilted rule is a stair of runs: growing by one pixel across makes them overlap.
  cv::Mat straight = lengthen_upright(ink);
  keep_long_runs(straight, length);
  straight.setTo(0, long_upright_runs(straight, std::min(thickness + 3, 255)));
  return straight;
}

cv::Mat upright_rules(const cv::Mat& ink, int length, int thickness) {
  cv::Mat turned, rules;
  cv::transpose(ink, turned);
  cv::transpose(level_rules(turned, length, thickness), rules);
  return rules;
}

}  // namespace

ErasedRules erase_rules(cv::Mat& ink, const std::vector<Component>& components, double letter_px) {
  const int length = std::max(12, cvRound(kRuleLength * letter_px));
  const int thickness = std::max(3, cvRound(kRuleThickness * letter_px));
  const std::vector<bool> is_heading = find_heading_letters(ink, components, letter_px);
  ErasedRules erased;
  for (std::size_t i = 0; i < components.size(); ++i) {
    const Component& component = components[i];
    const cv::Rect& box = component.box;
    if (std::max(box.width, box.height) < length || is_heading[i]) continue;
    const double fill = static_cast<double>(component.pixels) / box.area();
    // Words that run together are long too, but dense and no higher than letters.
    const bool is_word = box.height < 2 * letter_px && box.height > thickness && fill > 0.2;
    if (is_word && box.width < 12 * letter_px) continue;
    cv::Mat area = ink(box);
    cv::Mat rules(area.size(), CV_8UC1, cv::Scalar(0));
    if (box.width >= length) rules |= level_rules(area, length, thickness);
    if (box.height >= length) {
      const cv::Mat upright = upright_rules(area, length, thickness);
      for (UprightRule& piece : upright_pieces(upright, length, cvRound(letter_px))) {
        piece.box += box.tl();
        erased.upright.push_back(piece);
      }
      rules |= upright;
    }
    rules &= area;
    if (cv::countNonZero(rules) == 0) continue;
    area.setTo(0, rules);
    erased.any = true;
  }
  return erased;
}

}  // namespace ocrbatch::pipeline
