#include "pipeline/layout/upright_runs.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ocrbatch::pipeline {

cv::Mat lengthen_upright(const cv::Mat& ink) {
  cv::Mat longer(ink.size(), CV_8UC1);
  const int columns = ink.cols;
  for (int y = 0; y < ink.rows; ++y) {
    const uchar *const row = ink.ptr<uchar>(y), *const above = ink.ptr<uchar>(std::max(0, y - 1)),
                       *const below = ink.ptr<uchar>(std::min(ink.rows - 1, y + 1));
    uchar* const to = longer.ptr<uchar>(y);
    for (int x = 0; x < columns; ++x) to[x] = row[x] | above[x] | below[x];
  }
  return longer;
}

cv::Mat long_upright_runs(const cv::Mat& ink, int length) {
  cv::Mat kept(ink.size(), CV_8UC1);
  const int columns = ink.cols;
  // From above, what lies deep enough in its run; from below, the rest of those runs.
  std::vector<std::uint8_t> depths(static_cast<std::size_t>(columns));
  std::uint8_t* const depth = depths.data();
  const auto enough = static_cast<std::uint8_t>(length);
  for (int y = 0; y < ink.rows; ++y) {
    const uchar* const row = ink.ptr<uchar>(y);
    uchar* const to = kept.ptr<uchar>(y);
    for (int x = 0; x < columns; ++x) {
      depth[x] = static_cast<std::uint8_t>((depth[x] < enough ? depth[x] + 1 : enough) & row[x]);
      to[x] = depth[x] == enough ? 255 : 0;
    }
  }
  for (int y = ink.rows - 2; y >= 0; --y) {
    const uchar *const row = ink.ptr<uchar>(y), *const below = kept.ptr<uchar>(y + 1);
    uchar* const to = kept.ptr<uchar>(y);
    for (int x = 0; x < columns; ++x) to[x] = static_cast<uchar>(to[x] | (below[x] & row[x]));
  }
  return kept;
}

cv::Mat fill_upright_gaps(const cv::Mat& ink, int longest) {
  cv::Mat filled(ink.size(), CV_8UC1);
  const int columns = ink.cols;
  // How far the next ink above is, at most one more than what is filled; then from below the same, and
  // whether both together are a gap.
  const auto far = static_cast<std::uint8_t>(longest + 1);
  std::vector<std::uint8_t> distances(static_cast<std::size_t>(columns), far);
  std::uint8_t* const distance = distances.data();
  for (int y = 0; y < ink.rows; ++y) {
    const uchar* const row = ink.ptr<uchar>(y);
    uchar* const to = filled.ptr<uchar>(y);
    for (int x = 0; x < columns; ++x) {
      const std::uint8_t next = distance[x] < far ? distance[x] + 1 : far;
      to[x] = distance[x] = row[x] != 0 ? 0 : next;
    }
  }
  std::ranges::fill(distances, far);
  for (int y = ink.rows - 1; y >= 0; --y) {
    const uchar* const row = ink.ptr<uchar>(y);
    uchar* const to = filled.ptr<uchar>(y);
    for (int x = 0; x < columns; ++x) {
      const std::uint8_t next = distance[x] < far ? distance[x] + 1 : far;
      distance[x] = row[x] != 0 ? 0 : next;
      // A gap of n pixels has distances of 1 to n from either side, n + 1 together.
      to[x] = static_cast<int>(to[x]) + distance[x] <= far ? 255 : 0;
    }
  }
  return filled;
}

}  // namespace ocrbatch::pipeline
