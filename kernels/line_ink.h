// What is ink and what is paper in the neighbourhood of one line, whatever the light and the polarity.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace ocrbatch::kernels {

// Paper and polarity of a region of a page, judged segment by segment so that a shadow across the line does
// not pass for ink.
struct PaperEstimate {
  int level = 255;        // gray value of the paper
  bool inverted = false;  // light ink on dark paper
};
// `page` is CV_8UC1; `line` lies within it and holds one line, roughly. No area gives white paper.
PaperEstimate estimate_paper(const cv::Mat& page, const cv::Rect& line);

// What gray values of a cut line are as darkness: 0 is paper, 255 the line's ink. A line without ink keeps
// its noise at the noise's own size: the range never falls below kMinContrast gray values.
inline constexpr int kMinContrast = 40;
struct InkScale {
  std::vector<std::uint8_t> paper;  // a column's paper; of an inverted line with black as white
  int ink_depth = kMinContrast;     // from paper to ink
  bool inverted = false;

  // Rows of the line or beside it, as wide as `paper`. `darkness` has their size; it may be `rows`.
  void darken(const cv::Mat& rows, cv::Mat& darkness) const;
};

// `zone` are the rows that hold the line itself: neighbours do not count.
InkScale measure_ink(const cv::Mat& zone, bool inverted);

// Stretches of a line of that size whose paper is judged apart.
int paper_segments(int columns, int zone_rows);

// Darkness above which a pixel counts as ink.
inline constexpr int kInkDarkness = 110;

}  // namespace ocrbatch::kernels
