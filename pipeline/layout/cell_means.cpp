#include "pipeline/layout/cell_means.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace ocrbatch::pipeline {
namespace {

// The means of a row of cells, from the sums of their columns of pixels. A cell size that the compiler knows
// (0: `cell` is it) costs no division.
template <int kKnown>
void means_of_columns(const std::uint16_t* sums, int columns, int cell, uchar* means) {
  const int size = kKnown > 0 ? kKnown : cell, area = size * size;
  for (int x = 0; x < columns; ++x) {
    int sum = area / 2;
    for (int i = 0; i < size; ++i) sum += sums[x * size + i];
    means[x] = static_cast<uchar>(sum / area);
  }
}

}  // namespace

cv::Mat mean_of_cells(const cv::Mat& gray, int cell) {
  const int columns = gray.cols / cell;
  cv::Mat means(gray.rows / cell, columns, CV_8UC1);
  const auto of_columns = cell == 2   ? means_of_columns<2>
                          : cell == 3 ? means_of_columns<3>
                          : cell == 4 ? means_of_columns<4>
                          : cell == 8 ? means_of_columns<8>
                                      : means_of_columns<0>;
  // 16 bits hold the sums of cells of 257 rows, which no page is large enough for.
  std::vector<std::uint16_t> sums(static_cast<std::size_t>(columns) * static_cast<std::size_t>(cell));
  for (int y = 0; y < means.rows; ++y) {
    std::ranges::fill(sums, std::uint16_t{0});
    for (int i = 0; i < cell; ++i) {
      const uchar* const row = gray.ptr<uchar>(y * cell + i);
      for (std::size_t x = 0; x < sums.size(); ++x) sums[x] = static_cast<std::uint16_t>(sums[x] + row[x]);
    }
    of_columns(sums.data(), columns, cell, means.ptr<uchar>(y));
  }
  return means;
}

cv::Mat coarse_means(const cv::Mat& gray, int cell) {
  if (gray.cols >= cell && gray.rows >= cell) return mean_of_cells(gray, cell);
  cv::Mat means;
  cv::resize(gray, means, {std::max(1, gray.cols / cell), std::max(1, gray.rows / cell)}, 0, 0,
             cv::INTER_AREA);
  return means;
}

CellExtremes extremes_of_cells(const cv::Mat& gray, int cell) {
  const cv::Size cells((gray.cols + cell - 1) / cell, (gray.rows + cell - 1) / cell);
  CellExtremes extremes{cv::Mat(cells, CV_8UC1), cv::Mat(cells, CV_8UC1)};
  std::vector<uchar> least(static_cast<std::size_t>(gray.cols)), most(least.size());
  for (int y = 0; y < cells.height; ++y) {
    std::ranges::fill(least, uchar{255});
    std::ranges::fill(most, uchar{0});
    for (int i = y * cell; i < std::min(gray.rows, (y + 1) * cell); ++i) {
      const uchar* const row = gray.ptr<uchar>(i);
      for (std::size_t x = 0; x < least.size(); ++x) {
        least[x] = std::min(least[x], row[x]);
        most[x] = std::max(most[x], row[x]);
      }
    }
    uchar *const darkest = extremes.darkest.ptr<uchar>(y), *const lightest = extremes.lightest.ptr<uchar>(y);
    for (int x = 0; x < gray.cols; x += cell) {
      const int end = std::min(gray.cols, x + cell);
      darkest[x / cell] = *std::min_element(least.begin() + x, least.begin() + end);
      lightest[x / cell] = *std::max_element(most.begin() + x, most.begin() + end);
    }
  }
  return extremes;
}

}  // namespace ocrbatch::pipeline
