#include "pipeline/layout/rules.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace ocrbatch::pipeline {
namespace {

// Letters have no straight strokes as long as this, in letter heights, unless they are much larger than
// usual.
constexpr double kRuleLength = 3.5;
// A rule is thinner than this; a thicker bar is a picture or a panel with light print on it.
constexpr double kRuleThickness = 0.45;

// Ink that lies in straight runs of at least `length` along the rows (or columns) and is thin across.
cv::Mat straight_runs(const cv::Mat& ink, int length, int thickness, bool horizontal) {
  const auto box = [&](int along, int across) {
    return cv::getStructuringElement(cv::MORPH_RECT,
                                     horizontal ? cv::Size(along, across) : cv::Size(across, along));
  };
  cv::Mat straight, thick;
  // A tilted rule is a stair of runs: closing one pixel across first makes them overlap.
  cv::dilate(ink, straight, box(1, 3));
  cv::morphologyEx(straight, straight, cv::MORPH_OPEN, box(length, 1));
  cv::morphologyEx(straight, thick, cv::MORPH_OPEN, box(length, thickness + 3));
  straight.setTo(0, thick);
  cv::bitwise_and(straight, ink, straight);
  return straight;
}

}  // namespace

bool erase_rules(cv::Mat& ink, const std::vector<Component>& components, double letter_px) {
  const int length = std::max(12, cvRound(kRuleLength * letter_px));
  const int thickness = std::max(3, cvRound(kRuleThickness * letter_px));
  bool erased = false;
  for (const Component& component : components) {
    const cv::Rect& box = component.box;
    if (std::max(box.width, box.height) < length) continue;
    const double fill = static_cast<double>(component.pixels) / box.area();
    // Words that run together are long too, but dense and no higher than letters.
    const bool is_word = box.height < 2 * letter_px && box.height > thickness && fill > 0.2;
    if (is_word && box.width < 12 * letter_px) continue;
    cv::Mat area = ink(box);
    cv::Mat rules(area.size(), CV_8UC1, cv::Scalar(0));
    if (box.width >= length) rules |= straight_runs(area, length, thickness, true);
    if (box.height >= length) rules |= straight_runs(area, length, thickness, false);
    if (cv::countNonZero(rules) == 0) continue;
    area.setTo(0, rules);
    erased = true;
  }
  return erased;
}

}  // namespace ocrbatch::pipeline
