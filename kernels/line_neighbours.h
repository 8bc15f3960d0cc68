// Which ink in a cut strip belongs to the line itself and which to the lines above and below.
#pragma once

#include <opencv2/core.hpp>

namespace ocrbatch::kernels {

// Where the line lies in the strip, in rows: top of the tallest letters, top of a lower-case x, baseline,
// bottom of the lowest letters; top < x_top < baseline <= bottom.
struct LineZone {
  float top = 0, x_top = 0, baseline = 0, bottom = 0;
  float height() const { return bottom - top; }
};

struct InkOwnership {
  cv::Mat neighbours;       // CV_8UC1, 255 where the ink of other lines and its soft edge lie
  int top = 0, bottom = 0;  // rows that the line needs, bottom exclusive; 0, 0 without ink
};

// `darkness` is a strip (see line_ink.h) that shows at least half a line above and below the zone, so that
// one sees where a letter that intrudes comes from.
InkOwnership find_neighbours(const cv::Mat& darkness, const LineZone& zone);

}  // namespace ocrbatch::kernels
