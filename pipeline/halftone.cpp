#include "pipeline/halftone.h"

#include <algorithm>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace ocrbatch::pipeline {
namespace {

constexpr int kCell = 16, kCellPixels = kCell * kCell;
constexpr int kThreshold = 128;
// Shares of a cell's pixels that differ from the one beside them, and of those that differ from the one above
// them. Print has a tenth, small print a fifth, dots a fifth to a half; panels of dots have no end after a
// few cells.
constexpr double kOfDots = 0.21, kMayBeDots = 0.16;
constexpr int kFewestCells = 6;
constexpr double kBlurPx = 1.2;

bool is_of_two_levels(const cv::Mat& page) {
  constexpr int kRows = 200, kDark = 48, kLight = 207;
  constexpr double kNearlyAll = 0.9;
  const int step = std::max(1, page.rows / kRows);
  std::int64_t extreme = 0, all = 0;
  for (int y = 0; y < page.rows; y += step, all += page.cols) {
    const uchar* const row = page.ptr<uchar>(y);
    for (int x = 0; x < page.cols; ++x) extreme += row[x] < kDark || row[x] > kLight ? 1 : 0;
  }
  return static_cast<double>(extreme) >= kNearlyAll * static_cast<double>(all);
}

// How many pixels of each whole cell are of the other level than the one on their left, and than the one
// above.
struct Changes {
  cv::Mat along, down;  // CV_16UC1
};

Changes count_changes(const cv::Mat& page) {
  const cv::Size cells(page.cols / kCell, page.rows / kCell);
  Changes changes{cv::Mat(cells, CV_16UC1), cv::Mat(cells, CV_16UC1)};
  const auto columns = static_cast<std::size_t>(cells.width) * kCell;
  std::vector<std::uint8_t> along(columns), down(columns);
  for (int cell = 0; cell < cells.height; ++cell) {
    std::ranges::fill(along, std::uint8_t{0});
    std::ranges::fill(down, std::uint8_t{0});
    for (int y = cell * kCell; y < (cell + 1) * kCell; ++y) {
      const uchar *const row = page.ptr<uchar>(y), *const above = page.ptr<uchar>(std::max(0, y - 1));
      // The highest bit tells the level.
      for (std::size_t x = 1; x < columns; ++x)
        along[x] = static_cast<std::uint8_t>(along[x] + ((row[x] ^ row[x - 1]) >> 7));
      for (std::size_t x = 0; x < columns; ++x)
        down[x] = static_cast<std::uint8_t>(down[x] + ((row[x] ^ above[x]) >> 7));
    }
    for (int x = 0; x < cells.width; ++x) {
      int of_along = 0, of_down = 0;
      for (int i = x * kCell; i < (x + 1) * kCell; ++i) of_along += along[i], of_down += down[i];
      changes.along.at<std::uint16_t>(cell, x) = static_cast<std::uint16_t>(of_along);
      changes.down.at<std::uint16_t>(cell, x) = static_cast<std::uint16_t>(of_down);
    }
  }
  return changes;
}

// Boxes, in cells, around areas of dots.
std::vector<cv::Rect> find_areas(const Changes& changes) {
  const auto above = [&](double share) {
    const double least = share * kCellPixels;
    return cv::Mat((changes.along >= least) & (changes.down >= least));
  };
  cv::Mat seeds = above(kOfDots);
  if (cv::countNonZero(seeds) < kFewestCells) return {};
  cv::morphologyEx(seeds, seeds, cv::MORPH_OPEN, cv::Mat::ones(2, 2, CV_8UC1));
  cv::Mat labels, stats, centres;
  const int count = cv::connectedComponentsWithStats(above(kMayBeDots), labels, stats, centres, 4, CV_32S);
  std::vector<int> seeds_of(count);
  for (int y = 0; y < labels.rows; ++y)
    for (int x = 0; x < labels.cols; ++x)
      if (seeds.at<uchar>(y, x) != 0) ++seeds_of[labels.at<int>(y, x)];
  std::vector<cv::Rect> areas;
  for (int i = 1; i < count; ++i) {
    if (seeds_of[i] < kFewestCells) continue;
    areas.emplace_back(stats.at<int>(i, cv::CC_STAT_LEFT), stats.at<int>(i, cv::CC_STAT_TOP),
                       stats.at<int>(i, cv::CC_STAT_WIDTH), stats.at<int>(i, cv::CC_STAT_HEIGHT));
  }
  return areas;
}

// Pixels with dots all around them.
cv::Mat among_dots(const cv::Mat& page) {
  constexpr int kAround = 9;
  const cv::Mat level = page >= kThreshold;
  cv::Mat changes(page.size(), CV_8UC1, cv::Scalar(0)), share;
  cv::Mat left = level.colRange(0, level.cols - 1), right = level.colRange(1, level.cols);
  cv::bitwise_xor(left, right, changes.colRange(1, level.cols));
  cv::Mat down(page.size(), CV_8UC1, cv::Scalar(0));
  cv::bitwise_xor(level.rowRange(0, level.rows - 1), level.rowRange(1, level.rows),
                  down.rowRange(1, level.rows));
  cv::blur(changes / 2 + down / 2, share, {kAround, kAround});
  cv::Mat among = share >= 255 * kMayBeDots;
  // Strokes of large letters have none within them.
  cv::morphologyEx(among, among, cv::MORPH_CLOSE, cv::Mat::ones(kAround * 2 + 1, kAround * 2 + 1, CV_8UC1));
  return among;
}

}  // namespace

bool smooth_halftones(cv::Mat& page) {
  if (page.cols < 2 * kCell || page.rows < 2 * kCell || !is_of_two_levels(page)) return false;
  const std::vector<cv::Rect> areas = find_areas(count_changes(page));
  if (areas.empty()) return false;
  const cv::Mat dots = page.clone();
  for (const cv::Rect& area : areas) {
    const cv::Rect around = cv::Rect(area.x * kCell - kCell, area.y * kCell - kCell,
                                     area.width * kCell + 2 * kCell, area.height * kCell + 2 * kCell) &
                            cv::Rect({}, page.size());
    cv::Mat smooth;
    cv::GaussianBlur(dots(around), smooth, {}, kBlurPx);
    smooth.copyTo(page(around), among_dots(dots(around)));
  }
  return true;
}

}  // namespace ocrbatch::pipeline
