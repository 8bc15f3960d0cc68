#include "pipeline/layout/upright_rules.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "pipeline/layout/components.h"

namespace ocrbatch::pipeline {
namespace {

// How much higher than the line a rule is, at least.
constexpr double kHigherThanLine = 1.5;

// The lighter of what stands left and right of the box in each of its rows.
void paint_over(const cv::Rect& box, cv::Mat& gray) {
  for (int y = box.y; y < box.br().y; ++y) {
    uchar* const row = gray.ptr<uchar>(y);
    const uchar left = row[std::max(0, box.x - 1)], right = row[std::min(gray.cols - 1, box.br().x)];
    std::fill(row + box.x, row + box.br().x, std::max(left, right));
  }
}

}  // namespace

std::vector<UprightRule> upright_pieces(const cv::Mat& rules, int least_height, int piece_height) {
  std::vector<UprightRule> pieces;
  for (const Component& rule : find_components(rules)) {
    const cv::Rect& box = rule.box;
    if (box.height < least_height) continue;
    for (int y = box.y; y < box.br().y; y += piece_height) {
      const cv::Rect part(box.x, y, box.width, std::min(piece_height, box.br().y - y));
      const cv::Rect ink = cv::boundingRect(rules(part));
      if (!ink.empty()) pieces.push_back({ink + part.tl(), box.height});
    }
  }
  return pieces;
}

void paint_over(const std::vector<UprightRule>& rules, const std::vector<cv::Rect>& lines, cv::Mat& gray) {
  const cv::Rect page(0, 0, gray.cols, gray.rows);
  for (const UprightRule& rule : rules) {
    bool in_line = false, is_letter = false;
    for (const cv::Rect& line : lines) {
      // Lines are cut with a margin.
      const cv::Rect cut(line.x - line.height / 2, line.y, line.width + line.height, line.height);
      if ((cut & rule.box).empty()) continue;
      in_line = true;
      is_letter |= rule.height < kHigherThanLine * line.height;
    }
    if (in_line && !is_letter) paint_over(rule.box & page, gray);
  }
}

}  // namespace ocrbatch::pipeline
