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

struct Candidate {
  std::size_t component = 0;
  cv::Rect box;
  bool is_solid = false;  // an l or an I, but a rule, a bar of a chart or a panel as well
};

// By their shapes alone.
std::vector<Candidate> find_candidates(const cv::Mat& ink, const std::vector<Component>& components,
                                       double letter_px) {
  constexpr double kLowest = 2.3, kHighest = 14;         // in usual letters
  constexpr double kWidest = 1.7, kThinnest = 1 / 14.0;  // in its own height; of its strokes
  constexpr double kSolid = 0.6;                         // strokes in its width
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < components.size(); ++i) {
    const cv::Rect& box = components[i].box;
    if (box.height < kLowest * letter_px || box.height > kHighest * letter_px) continue;
    if (box.width > kWidest * box.height) continue;
    const int stroke = stroke_width(ink, box);
    if (stroke >= kThinnest * box.height) candidates.push_back({i, box, stroke > kSolid * box.width});
  }
  return candidates;
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
  const std::vector<Candidate> candidates = find_candidates(ink, components, letter_px);
  std::vector<bool> found(components.size(), false);
  for (const Candidate& candidate : candidates) {
    const auto lettered = std::ranges::count_if(candidates, [&](const Candidate& other) {
      return &other != &candidate && !other.is_solid && are_neighbours(candidate.box, other.box);
    });
    found[candidate.component] = lettered >= (candidate.is_solid ? 2 : 1);
  }
  return found;
}

}  // namespace ocrbatch::pipeline
