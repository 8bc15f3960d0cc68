#include "pipeline/layout/panels.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "pipeline/layout/components.h"
#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

// Of the paper's gray. What is darker is ink by any threshold.
constexpr double kDarkest = 0.25, kLightest = 0.9;
constexpr int kFlat = 24;         // from the darkest to the lightest pixel of a cell without print
constexpr int kOneGray = 12;      // how far a panel's cells are from its gray
constexpr int kFewestCells = 16;  // with print
constexpr int kPrintHeight = 50;  // from a panel to the print on it
constexpr double kFlatShare = 0.2, kPrintShare = 0.05;

// What is known of an area of cells that are alike in their darkest pixels: a panel, with light print or
// without.
struct Area {
  std::size_t cells = 0;
  std::vector<uchar> flat;      // the grays of those without print
  std::vector<uchar> lightest;  // of each with print, away from the area's borders
};

Area area_of(const cv::Mat& cells, const cv::Mat& darkest, const cv::Mat& lightest) {
  cv::Mat inner;
  cv::erode(cells, inner, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}), {-1, -1}, 1, cv::BORDER_CONSTANT,
            0);
  Area area;
  for (int y = 0; y < cells.rows; ++y) {
    for (int x = 0; x < cells.cols; ++x) {
      if (cells.at<uchar>(y, x) == 0) continue;
      const uchar dark = darkest.at<uchar>(y, x), light = lightest.at<uchar>(y, x);
      ++area.cells;
      if (light - dark <= kFlat) {
        area.flat.push_back(dark);
      } else if (inner.at<uchar>(y, x) != 0) {
        area.lightest.push_back(light);
      }
    }
  }
  return area;
}

struct Grays {
  uchar panel = 0, print = 0;
};

// Zeros where the area is no panel with light print.
Grays grays_of(const Area& area) {
  const auto cells = static_cast<double>(area.cells);
  if (area.lightest.size() < kFewestCells ||
      static_cast<double>(area.lightest.size()) < kPrintShare * cells ||
      static_cast<double>(area.flat.size()) < kFlatShare * cells)
    return {};
  const uchar panel = median(area.flat), print = median(area.lightest);
  const auto of_panel =
      std::ranges::count_if(area.flat, [&](uchar gray) { return std::abs(gray - panel) <= kOneGray; });
  if (static_cast<std::size_t>(of_panel) * 5 < area.flat.size() * 4 || print < panel + kPrintHeight)
    return {};
  return {.panel = panel, .print = print};
}

// How many pieces of `ink` look like letters, by their size and by how much of their boxes they fill, and how
// many do not: rules, hatches, the paper around.
struct Pieces {
  int letters = 0, others = 0;
};

Pieces pieces_of(const cv::Mat& ink) {
  constexpr int kLowest = 5, kHighest = 100, kSpeckPixels = 4;
  constexpr double kLeastFill = 0.2;
  Pieces pieces;
  for (const Component& piece : find_components(ink)) {
    const cv::Rect& box = piece.box;
    if (piece.pixels < kSpeckPixels) continue;
    const bool is_letter = box.height >= kLowest && box.height <= kHighest && box.width <= 4 * box.height &&
                           box.height <= 8 * box.width && piece.pixels >= kLeastFill * box.area();
    ++(is_letter ? pieces.letters : pieces.others);
  }
  return pieces;
}

bool holds_light_print(const cv::Mat& gray, const Grays& grays) {
  constexpr int kFewest = 3;
  const Pieces light = pieces_of(gray > (grays.panel + grays.print) / 2);
  if (light.letters < kFewest || light.letters < light.others) return false;
  return light.letters > pieces_of(gray < grays.panel - kPrintHeight).letters;
}

}  // namespace

GrayPanels find_gray_panels(const cv::Mat& page, const CellExtremes& cells, int cell, int paper) {
  const cv::Mat& darkest = cells.darkest;
  GrayPanels panels{.panel = cv::Mat::zeros(darkest.size(), CV_8UC1),
                    .print = cv::Mat::zeros(darkest.size(), CV_8UC1)};
  cv::Mat gray, seen;  // the latter with a border, as cv::floodFill has it
  cv::inRange(darkest, kDarkest * paper, kLightest * paper, gray);
  const cv::Mat flat = gray & (cells.lightest - darkest <= kFlat);
  if (cv::countNonZero(flat) < kFewestCells) return panels;
  cv::copyMakeBorder(~gray, seen, 1, 1, 1, 1, cv::BORDER_CONSTANT, 255);
  constexpr uchar kHere = 1, kBefore = 255;
  for (int y = 0; y < darkest.rows; ++y) {
    for (int x = 0; x < darkest.cols; ++x) {
      // Each area has cells without print.
      if (flat.at<uchar>(y, x) == 0 || seen.at<uchar>(y + 1, x + 1) != 0) continue;
      cv::Rect box;
      cv::floodFill(darkest, seen, {x, y}, 0, &box, kOneGray, kOneGray,
                    4 | (kHere << 8) | cv::FLOODFILL_MASK_ONLY);
      cv::Mat here = seen(box + cv::Point(1, 1));
      const cv::Mat area = here == kHere;
      here.setTo(kBefore, area);
      const Grays grays = grays_of(area_of(area, cells.darkest(box), cells.lightest(box)));
      if (grays.panel == 0) continue;
      const cv::Rect on_page(box.x * cell, box.y * cell, box.width * cell, box.height * cell);
      if (!holds_light_print(page(on_page & cv::Rect({}, page.size())), grays)) continue;
      panels.panel(box).setTo(grays.panel, area);
      panels.print(box).setTo(grays.print, area);
    }
  }
  for (cv::Mat* const levels : {&panels.panel, &panels.print})
    cv::dilate(*levels, *levels, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  return panels;
}

bool may_have_gray_panels(const cv::Mat& means, int paper) {
  constexpr int kAlike = 3, kFewest = 32;
  int found = 0;
  for (int y = 0; y + 1 < means.rows; ++y) {
    const uchar *const row = means.ptr<uchar>(y), *const below = means.ptr<uchar>(y + 1);
    for (int x = 0; x + 1 < means.cols; ++x) {
      const bool is_gray = row[x] >= kDarkest * paper && row[x] <= kLightest * paper;
      found += is_gray && std::abs(row[x] - row[x + 1]) <= kAlike && std::abs(row[x] - below[x]) <= kAlike;
    }
  }
  return found >= kFewest;
}

}  // namespace ocrbatch::pipeline
