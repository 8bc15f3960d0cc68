#include "kernels/line_ink.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "kernels/gray_histogram.h"
#include "kernels/gray_rows.h"

namespace ocrbatch::kernels {
namespace {

// Share of pixels below `threshold` above, below and beside columns x0 to x1 of a line, in stripes of a
// twelfth of its height from `distance` px on; where the page ends before them right beside the line, or
// where it ends with the line, of its own outermost rows and columns.
double dark_share_around(const cv::Mat& page, const cv::Rect& line, int x0, int x1, int threshold,
                         int distance) {
  const int reach = std::max(1, line.height / 12);
  const cv::Rect whole(0, 0, page.cols, page.rows);
  const int left = line.x + x0, width = x1 - x0, right = left + width;
  const auto outer_stripes = [&](int from) {
    return std::array<cv::Rect, 4>{cv::Rect{left, line.y - from - reach, width, reach} & whole,
                                   cv::Rect{left, line.br().y + from, width, reach} & whole,
                                   cv::Rect{left - from - reach, line.y, reach, line.height} & whole,
                                   cv::Rect{right + from, line.y, reach, line.height} & whole};
  };
  const std::array<cv::Rect, 4> near = outer_stripes(0),
                                own = {cv::Rect{left, line.y, width, reach},
                                       cv::Rect{left, line.br().y - reach, width, reach},
                                       cv::Rect{left, line.y, std::min(reach, width), line.height},
                                       cv::Rect{right - std::min(reach, width), line.y,
                                                std::min(reach, width), line.height}};
  std::array<cv::Rect, 4> edges = outer_stripes(distance);
  for (std::size_t i = 0; i < edges.size(); ++i)
    if (edges[i].empty()) edges[i] = near[i].empty() ? own[i] : near[i];
  if (x0 > 0) edges[2] = {};
  if (x1 < line.width) edges[3] = {};
  std::ptrdiff_t dark = 0;
  double total = 0;
  for (const cv::Rect& edge : edges) {
    total += edge.area();
    for (int y = edge.y; y < edge.br().y; ++y) {
      const uchar* const row = page.ptr<uchar>(y) + edge.x;
      dark += std::count_if(row, row + edge.width, [&](uchar gray) { return gray < threshold; });
    }
  }
  return total > 0 ? static_cast<double>(dark) / total : 0.5;
}

}  // namespace

PaperEstimate estimate_paper(const cv::Mat& page, const cv::Rect& line) {
  if (line.empty()) return {};
  const cv::Mat region = page(line);
  // Two line heights hold a few letters with the paper between them.
  const int segment_width = std::max(16, 2 * region.rows);
  const int row_step = std::max(1, region.rows / 16);
  double inverted_votes = 0, votes = 0;
  GrayHistogram all{};
  for (int x0 = 0; x0 < region.cols; x0 += segment_width) {
    const int x1 = std::min(region.cols, x0 + segment_width);
    const GrayHistogram counts = histogram_of(region.colRange(x0, x1), row_step);
    for (int value = 0; value < 256; ++value) all[value] += counts[value];
    const TwoClasses classes = split_in_two(counts);
    const double contrast = classes.light_mean - classes.dark_mean;
    if (contrast < kMinContrast / 2) continue;
    // Ink covers less than half of most lines, but more of bold capitals; what is around a line is paper,
    // neighbours' tails aside, or rules, as in a table, with paper behind them. The weight keeps undecided
    // segments from deciding.
    constexpr double kMostlyLight = 0.4;
    const auto around = [&](int distance) {
      return dark_share_around(page, line, x0, x1, classes.darkest_light, distance);
    };
    double border = around(0);
    if (border > 0.5 && classes.dark_share < kMostlyLight) border = std::min(border, around(line.height / 4));
    const double darkness = classes.dark_share - 0.5 + border - 0.5;
    const double weight = contrast * std::abs(darkness) * (x1 - x0);
    votes += weight;
    if (darkness > 0) inverted_votes += weight;
  }
  PaperEstimate paper;
  paper.inverted = inverted_votes > 0.5 * votes;
  paper.level = percentile(all, paper.inverted ? 0.25 : 0.75);
  return paper;
}

int paper_segments(int columns, int zone_rows) {
  const int width = std::max(8, zone_rows);
  return std::max(1, (columns + width / 2) / width);
}

InkScale measure_ink(const cv::Mat& zone, bool inverted) {
  InkScale scale;
  scale.inverted = inverted;
  // The paper's level along the line: a high percentile per segment, the middle one of three neighbours (a
  // segment filled by a blot must not count), and linear between the segments' centres.
  const int segments = paper_segments(zone.cols, zone.rows);
  std::vector<float> levels(segments);
  const auto segment_start = [&](int i) {
    return static_cast<int>(static_cast<int64_t>(i) * zone.cols / segments);
  };
  for (int i = 0; i < segments; ++i) {
    GrayHistogram counts = histogram_of(zone.colRange(segment_start(i), segment_start(i + 1)));
    if (inverted) std::ranges::reverse(counts);
    levels[i] = percentile(counts, 0.75);
  }
  std::vector<float> middle = levels;
  for (int i = 1; i + 1 < segments; ++i) {
    middle[i] = std::max(std::min(levels[i - 1], levels[i]),
                         std::min(std::max(levels[i - 1], levels[i]), levels[i + 1]));
  }
  scale.paper.resize(zone.cols);
  const float pitch = static_cast<float>(zone.cols) / segments;
  for (int x = 0; x < zone.cols; ++x) {
    const float position = std::clamp((x + 0.5F) / pitch - 0.5F, 0.0F, segments - 1.0F);
    const int i = std::min(static_cast<int>(position), std::max(0, segments - 2));
    const float share = position - i;
    const float next = middle[std::min(i + 1, segments - 1)];
    scale.paper[x] = cv::saturate_cast<uchar>(middle[i] + share * (next - middle[i]));
  }

  cv::Mat depths(zone.size(), CV_8UC1);
  for (int y = 0; y < zone.rows; ++y)
    depths_of(zone.ptr<uchar>(y), scale.paper.data(), zone.cols, inverted, depths.ptr<uchar>(y));
  // 1 % of a line's pixels lie well inside its strokes.
  scale.ink_depth = std::max(kMinContrast, static_cast<int>(0.9 * percentile(histogram_of(depths), 0.99)));
  return scale;
}

void InkScale::darken(const cv::Mat& rows, cv::Mat& darkness) const {
  // The texture of the paper stays below a tenth of the ink's depth.
  const int texture = ink_depth / 10;
  for (int y = 0; y < rows.rows; ++y) {
    uchar* const out = darkness.ptr<uchar>(y);
    depths_of(rows.ptr<uchar>(y), paper.data(), rows.cols, inverted, out);
    stretch(out, rows.cols, texture, ink_depth, out);
  }
}

}  // namespace ocrbatch::kernels
