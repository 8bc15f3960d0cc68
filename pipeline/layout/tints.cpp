#include "pipeline/layout/tints.h"

#include <algorithm>
#include <cstddef>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

// Paper is lighter, and black panels are darker.
constexpr int kDarkest = 100, kLightest = 205;
constexpr int kFlat = 24;            // from the darkest to the lightest pixel of a cell without print
constexpr int kFewestCells = 12;     // of an area
constexpr double kFlatShare = 0.25;  // of an area's cells: photographs have less
constexpr int kPrintDepth = 50;      // from a tint to print on it
constexpr double kPrintShare = 0.03;

// What is known of one area of cells without any paper in them.
struct Area {
  std::vector<uchar> darkest;  // of each
  std::vector<uchar> flat;     // the grays of those without print
};

// The area's gray where it is a tint with print on it; 0 where it is none.
uchar tint_of(const Area& area) {
  const auto cells = static_cast<double>(area.darkest.size());
  if (cells < kFewestCells || static_cast<double>(area.flat.size()) < kFlatShare * cells) return 0;
  const uchar tint = median(area.flat);
  const auto print =
      std::ranges::count_if(area.darkest, [&](uchar gray) { return gray < tint - kPrintDepth; });
  return static_cast<double>(print) >= kPrintShare * cells ? tint : uchar{0};
}

}  // namespace

cv::Mat find_tints(const CellExtremes& cells) {
  cv::Mat areas;
  const int count = cv::connectedComponents(cells.lightest <= kLightest, areas, 8, CV_32S);
  std::vector<Area> found(static_cast<std::size_t>(count));
  for (int y = 0; y < areas.rows; ++y) {
    for (int x = 0; x < areas.cols; ++x) {
      const int label = areas.at<int>(y, x), dark = cells.darkest.at<uchar>(y, x),
                light = cells.lightest.at<uchar>(y, x);
      if (label == 0) continue;
      Area& area = found[static_cast<std::size_t>(label)];
      area.darkest.push_back(static_cast<uchar>(dark));
      if (light - dark <= kFlat && dark >= kDarkest)
        area.flat.push_back(static_cast<uchar>((light + dark) / 2));
    }
  }
  std::vector<uchar> tints;
  for (const Area& area : found) tints.push_back(tint_of(area));
  cv::Mat levels(areas.size(), CV_8UC1);
  for (int y = 0; y < areas.rows; ++y)
    for (int x = 0; x < areas.cols; ++x)
      levels.at<uchar>(y, x) = tints[static_cast<std::size_t>(areas.at<int>(y, x))];
  cv::dilate(levels, levels, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  return levels;
}

}  // namespace ocrbatch::pipeline
