// Rows that bend alike, as on a page of a book that does not lie flat, or that was photographed.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/found_line.h"
#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {

// Where a page's print lies, and where it would lie were the page flat (though perhaps tilted): places on the
// flat page are as far right, and as far up as the rows of their band of the page bend down there. In pixels
// of the layout image.
class PageBend {
 public:
  PageBend() = default;  // flat
  // Of chains of letters (chain_letters) on a page of that size and tilt. Flat where the letters do not show
  // more than chance would.
  PageBend(const std::vector<std::vector<Letter>>& chains, const Tilt& tilt, const cv::Size& page,
           float letter_px);

  bool is_flat() const { return below_.empty(); }
  cv::Point2f to_flat(const cv::Point2f& page) const { return {page.x, page.y - below(page)}; }
  cv::Point2f to_page(const cv::Point2f& flat) const;

 private:
  static constexpr int kBands = 6;

  float below(const cv::Point2f& page) const;

  cv::Size2f page_;
  std::vector<std::vector<float>> below_;  // of each band, at equal steps over the page's width
};

// Gives lines found on the flat page their places on the page itself.
void bend_lines(const PageBend& bend, std::vector<FoundLine>& lines);

}  // namespace ocrbatch::pipeline
