#include "pipeline/layout/binarize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "kernels/cell_rows.h"
#include "kernels/gray_histogram.h"
#include "kernels/gray_rows.h"
#include "pipeline/layout/cell_means.h"
#include "pipeline/layout/panels.h"
#include "pipeline/layout/statistics.h"
#include "pipeline/layout/tints.h"

namespace ocrbatch::pipeline {
namespace {

constexpr int kCell = kernels::CellRows::kCell;

// The paper's brightness in each cell, smooth: the light share of its neighbourhood, so that letters do not
// count. Never below half of the page's own paper: a black panel stays black. A gray panel with light print
// has its print's brightness.
cv::Mat estimate_light(const cv::Mat& gray) {
  cv::Mat light = coarse_means(gray, kCell);
  const int paper = kernels::percentile(kernels::histogram_of(light), 0.75);
  if (may_have_gray_panels(light, paper)) {
    const GrayPanels panels = find_gray_panels(gray, extremes_of_cells(gray, kCell), kCell, paper);
    const cv::Mat print = panels.print(cv::Rect({}, light.size()));  // without what is over at the sides
    print.copyTo(light, print > 0);
  }
  cv::dilate(light, light, cv::getStructuringElement(cv::MORPH_RECT, {5, 5}));
  cv::medianBlur(light, light, 5);
  cv::blur(light, light, {7, 7});
  const std::vector<uchar> values(light.begin<uchar>(), light.end<uchar>());
  cv::max(light, std::max(1, quantile(values, 0.75) / 2), light);
  return light;
}

constexpr int kPaper = 230;

// The page as it would be in even light, its paper at kPaper.
cv::Mat in_even_light(const cv::Mat& gray) {
  kernels::CellRows light(estimate_light(gray), gray.cols);
  cv::Mat even(gray.size(), CV_8UC1);
  for (int y = 0; y < gray.rows; ++y)
    kernels::even_out(gray.ptr<uchar>(y), light.row(y), gray.cols, kPaper, even.ptr<uchar>(y));
  return even;
}

// The gray value up to which a page in even light is ink, by its two classes (Otsu).
int ink_threshold(const cv::Mat& even) {
  constexpr int kDarkest = 110, kLightest = 195;
  return std::clamp(kernels::split_in_two(kernels::histogram_of(even)).darkest_light - 1, kDarkest,
                    kLightest);
}

struct Spread {
  double mean = 0, deviation = 0;
};

// Of the cells that are at least as light as `darkest`.
Spread spread_from(const cv::Mat& cells, int darkest) {
  cv::Scalar mean, deviation;
  cv::meanStdDev(cells, mean, deviation, cells >= darkest);
  return {mean[0], deviation[0]};
}

int three_deviations_below(const Spread& spread) {
  return cvRound(spread.mean - 3 * spread.deviation);
}

// The gray value that paper's grain, and print shining through from the other side, do not reach: three
// deviations below the mean of the cells without print. Of `darkest`, the darkest pixel of each cell.
int darkest_grain(const cv::Mat& darkest) {
  constexpr int kFaintPrint = kPaper - 80, kLeastDarkness = 24, kLeastFaintDarkness = 10;
  constexpr double kApart = 0.8;
  const kernels::GrayHistogram counts = kernels::histogram_of(darkest);
  const int blank = kernels::split_in_two(counts).darkest_light;
  const Spread spread = spread_from(darkest, blank);
  const int grain = std::min(three_deviations_below(spread), kPaper - kLeastDarkness);

  // What is left may have print, too, where all print is faint or all but a dark heading: then nothing shines
  // through. Whether there are two kinds of it tells the share of the variance that is between the two
  // (Otsu's eta): 0.64 for the halves of one normal distribution.
  kernels::GrayHistogram rest = counts;
  std::fill_n(rest.begin(), blank, 0);
  const kernels::TwoClasses kinds = kernels::split_in_two(rest);
  const double apart = kinds.light_mean - kinds.dark_mean;
  const double between = kinds.dark_share * (1 - kinds.dark_share) * apart * apart;
  const auto median_below = [&](int value) {
    kernels::GrayHistogram below = counts;
    std::fill(below.begin() + value, below.end(), 0);
    return kernels::percentile(below, 0.5);
  };
  const bool is_faint = median_below(blank) >= kFaintPrint;
  const bool has_faint = between >= kApart * spread.deviation * spread.deviation && between > 0 &&
                         median_below(kinds.darkest_light) >= kFaintPrint;
  if (!is_faint && !has_faint) return grain;
  const int of_rest = three_deviations_below(spread_from(darkest, kinds.darkest_light));
  return std::max(grain, std::min(of_rest, kPaper - kLeastFaintDarkness));
}

// The same with cells that are dark all over, and those beside them, as paper: a scanner's black lid around a
// receipt would pass for the print, and the print for grain.
cv::Mat without_background(const cv::Mat& even, int cell, int paper) {
  constexpr int kDark = 90;
  constexpr double kLeastShare = 0.01;
  cv::Mat dark;
  cv::compare(coarse_means(even, cell), kDark, dark, cv::CMP_LT);
  // Bold letters have dark cells, too, but none with only dark ones around.
  cv::erode(dark, dark, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  if (cv::countNonZero(dark) < kLeastShare * static_cast<double>(dark.total())) return even;
  cv::dilate(dark, dark, cv::getStructuringElement(cv::MORPH_RECT, {5, 5}));
  cv::resize(dark, dark, even.size(), 0, 0, cv::INTER_NEAREST);
  cv::Mat judged = even.clone();
  judged.setTo(paper, dark);
  return judged;
}

}  // namespace

cv::Mat binarize(const cv::Mat& gray) {
  const cv::Mat even = in_even_light(gray);
  return even <= ink_threshold(even);
}

cv::Mat binarize_locally(const cv::Mat& gray, double share) {
  const cv::Mat even = in_even_light(gray);
  const cv::Mat judged = without_background(even, kCell, kPaper);
  const int otsu = ink_threshold(judged);
  const CellExtremes cells = extremes_of_cells(even, kCell);
  const int darkest_paper =
      darkest_grain(judged.data == even.data ? cells.darkest : extremes_of_cells(judged, kCell).darkest);
  const int grain = std::max(otsu, darkest_paper);
  const cv::Mat tints = find_tints(cells);
  cv::Mat darkest;
  cv::erode(cells.darkest, darkest, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  cv::blur(darkest, darkest, {3, 3});
  cv::Mat by_cell = cv::max(cv::min(share * darkest + (1 - share) * kPaper, grain), otsu);
  // On a tint, the same between the print and the tint.
  constexpr int kLeastDarkness = 24;
  const cv::Mat half_way = share * darkest + (1 - share) * tints, below = tints - kLeastDarkness;
  const cv::Mat on_tint = cv::min(half_way, below);
  on_tint.copyTo(by_cell, tints > 0);
  // A panel is ink, and light print on it holes.
  const GrayPanels panels = find_gray_panels(even, cells, kCell, kPaper);
  const cv::Mat to_print = 0.5 * panels.panel + 0.5 * panels.print;
  to_print.copyTo(by_cell, panels.panel > 0);
  kernels::CellRows thresholds(by_cell, gray.cols);
  cv::Mat ink(gray.size(), CV_8UC1);
  const int columns = gray.cols;
  for (int y = 0; y < gray.rows; ++y) {
    const uchar *const row = even.ptr<uchar>(y), *const threshold = thresholds.row(y);
    uchar* const to = ink.ptr<uchar>(y);
    for (int x = 0; x < columns; ++x) to[x] = row[x] < threshold[x] ? 255 : 0;
  }
  return ink;
}

}  // namespace ocrbatch::pipeline
