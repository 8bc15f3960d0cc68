#include "pipeline/layout/heading_letters.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

// The median length of the runs of ink along the rows: the thickness of a stem. Level strokes are few of
// them.
int stroke_width(const cv::Mat& ink, const cv::Rect& box) {
  std::vector<int> runs;
  for (int y = box.y; y < box.br().y; ++y) {
    const uchar* const row = ink.ptr<uchar>(y);
    for (int x = box.x; x < box.br().x; ++x) {
      const int start = x;
      while (x < box.br().x && row[x] != 0) ++x;
      if (x > start) runs.push_back(x - start);
    }
  }
  return median(std::move(runs));
}

// By its shape alone; an l or an I may be a bar as well.
bool may_be_letter(const cv::Mat& ink, const Component& component, double letter_px) {
  constexpr double kLowest = 2.3, kHighest = 14;         // in usual letters
  constexpr double kWidest = 1.7, kThinnest = 1 / 14.0;  // in its own height; of its strokes
  const cv::Rect& box = component.box;
  if (box.height < kLowest * letter_px || box.height > kHighest * letter_px) return false;
  return box.width <= kWidest * box.height && stroke_width(ink, box) >= kThinnest * box.height;
}

bool is_bar(const Component& component) {
  return component.box.height > 4 * component.box.width;
}

// Side by side, of one size, on one baseline.
bool are_neighbours(const cv::Rect& a, const cv::Rect& b) {
  constexpr double kGap = 1.5, kSize = 1.7, kBaseline = 0.12;  // in heights of the higher one
  const int high = std::max(a.height, b.height), low = std::min(a.height, b.height);
  const int gap = std::max(a.x, b.x) - std::min(a.br().x, b.br().x);
  return high <= kSize * low && gap <= kGap * high && std::abs(a.br().y - b.br().y) <= kBaseline * high;
}

}  // namespace

std::vector<bool> find_heading_letters(const cv::Mat& ink, const std::vector<Component>& components,
                                       double letter_px) {
  constexpr int kFewestBeside = 2;  // a panel and its shadow are two, too
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < components.size(); ++i)
    if (may_be_letter(ink, components[i], letter_px)) candidates.push_back(i);
  std::vector<bool> found(components.size(), false);
  for (const std::size_t i : candidates) {
    int beside = 0, bars = 0;
    for (const std::size_t k : candidates) {
      if (k == i || !are_neighbours(components[i].box, components[k].box)) continue;
      ++beside;
      bars += is_bar(components[k]);
    }
    // Bars among bars are a barcode, or rules of a table.
    found[i] = beside >= kFewestBeside && beside > bars;
  }
  return found;
}

}  // namespace ocrbatch::pipeline
