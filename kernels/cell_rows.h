// What is known of each cell of a page, everywhere on the page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace ocrbatch::kernels {

// Bilinear interpolation between the centres of cells of kCell by kCell pixels, of which the first begins at
// (0, 0); towards the edges, and beyond the cells, the outermost value. Row by row, so that the whole is
// never in memory.
class CellRows {
 public:
  static constexpr int kCell = 8;

  // `cells` is CV_8UC1 and not empty; it is read later on.
  CellRows(const cv::Mat& cells, int width_px);

  // The values of row y (0 or more), rounded to the nearest, halves up: `width_px` of them, there until the
  // next call.
  const std::uint8_t* row(int y);

 private:
  const cv::Mat cells_;
  const std::size_t stretches_;  // from one centre to the next, those beyond the edges included
  // Sixteen times the values between two rows of cells; the first and the last, which stand for all beyond
  // them, once more.
  std::vector<std::uint16_t> between_;
  std::vector<std::uint8_t> values_;  // from half a cell left of the page on
};

}  // namespace ocrbatch::kernels
