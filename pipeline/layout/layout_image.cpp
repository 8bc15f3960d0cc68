#include "pipeline/layout/layout_image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/cell_rows.h"
#include "kernels/gray_histogram.h"
#include "kernels/gray_rows.h"
#include "pipeline/layout/cell_means.h"
#include "pipeline/layout/components.h"
#include "pipeline/layout/statistics.h"
#include "pipeline/layout/upright_runs.h"

namespace ocrbatch::pipeline {
namespace {

// One cell at least, where the image is smaller.
cv::Mat coarse_means(const cv::Mat& gray, int cell) {
  if (gray.cols >= cell && gray.rows >= cell) return mean_of_cells(gray, cell);
  cv::Mat means;
  cv::resize(gray, means, {std::max(1, gray.cols / cell), std::max(1, gray.rows / cell)}, 0, 0,
             cv::INTER_AREA);
  return means;
}

cv::Mat scaled(const cv::Mat& gray, double scale) {
  if (scale == 1) return gray;
  cv::Mat result;
  cv::resize(gray, result, {std::max(1, cvRound(gray.cols * scale)), std::max(1, cvRound(gray.rows * scale))},
             0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return result;
}

constexpr int kCell = kernels::CellRows::kCell;

// The paper's brightness in each cell, smooth: the light share of its neighbourhood, so that letters do not
// count. Never below half of the page's own paper: a black panel stays black.
cv::Mat estimate_light(const cv::Mat& gray) {
  cv::Mat light;
  cv::dilate(coarse_means(gray, kCell), light, cv::getStructuringElement(cv::MORPH_RECT, {5, 5}));
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

cv::Mat binarize(const cv::Mat& gray) {
  const cv::Mat even = in_even_light(gray);
  return even <= ink_threshold(even);
}

// The darkest pixel of each cell of `cell` by `cell` pixels.
cv::Mat darkest_of_cells(const cv::Mat& gray, int cell) {
  cv::Mat darkest((gray.rows + cell - 1) / cell, (gray.cols + cell - 1) / cell, CV_8UC1, cv::Scalar(255));
  std::vector<uchar> least(static_cast<std::size_t>(gray.cols));
  for (int y = 0; y < darkest.rows; ++y) {
    std::ranges::fill(least, uchar{255});
    for (int i = y * cell; i < std::min(gray.rows, (y + 1) * cell); ++i) {
      const uchar* const row = gray.ptr<uchar>(i);
      for (std::size_t x = 0; x < least.size(); ++x) least[x] = std::min(least[x], row[x]);
    }
    uchar* const cells = darkest.ptr<uchar>(y);
    for (int x = 0; x < gray.cols; x += cell)
      cells[x / cell] = *std::min_element(least.begin() + x, least.begin() + std::min(gray.cols, x + cell));
  }
  return darkest;
}

struct Spread {
  double mean = 0, variance = 0;
};

Spread spread_of(const kernels::GrayHistogram& counts) {
  double n = 0, sum = 0, squares = 0;
  for (std::size_t gray = 0; gray < counts.size(); ++gray) {
    n += counts[gray];
    sum += static_cast<double>(counts[gray]) * static_cast<double>(gray);
    squares += static_cast<double>(counts[gray]) * static_cast<double>(gray * gray);
  }
  if (n == 0) return {kPaper, 0};
  const double mean = sum / n;
  return {mean, std::max(0.0, squares / n - mean * mean)};
}

// The share of the variance that is between the two classes (Otsu's eta): 0.64 for the halves of one normal
// distribution.
double separation(const kernels::GrayHistogram& counts, const kernels::TwoClasses& classes) {
  const double variance = spread_of(counts).variance, apart = classes.light_mean - classes.dark_mean;
  return variance > 0 ? classes.dark_share * (1 - classes.dark_share) * apart * apart / variance : 0;
}

int three_deviations_below(const kernels::GrayHistogram& counts) {
  const auto [mean, variance] = spread_of(counts);
  return cvRound(mean - 3 * std::sqrt(variance));
}

// The gray value that paper's grain, and print shining through from the other side, do not reach: three
// deviations below the mean of the cells without print. Of `darkest`, the darkest pixel of each cell.
int darkest_grain(const cv::Mat& darkest) {
  constexpr int kFaintPrint = kPaper - 80, kLeastDarkness = 24, kLeastFaintDarkness = 10;
  constexpr double kApart = 0.8;
  const kernels::GrayHistogram cells = kernels::histogram_of(darkest);
  const int print = kernels::split_in_two(cells).darkest_light;
  kernels::GrayHistogram blank = cells;
  std::fill_n(blank.begin(), print, 0);
  const int grain = std::min(three_deviations_below(blank), kPaper - kLeastDarkness);

  // What is left may have print, too, where all print is faint or all but a dark heading: then nothing shines
  // through.
  const kernels::TwoClasses rest = kernels::split_in_two(blank);
  const auto median_below = [&](int value) {
    kernels::GrayHistogram below = cells;
    std::fill(below.begin() + value, below.end(), 0);
    return kernels::percentile(below, 0.5);
  };
  const bool is_faint = median_below(print) >= kFaintPrint;
  const bool has_faint = separation(blank, rest) >= kApart && median_below(rest.darkest_light) >= kFaintPrint;
  if (!is_faint && !has_faint) return grain;
  std::fill_n(blank.begin(), rest.darkest_light, 0);
  return std::max(grain, std::min(three_deviations_below(blank), kPaper - kLeastFaintDarkness));
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

constexpr double kHalfWay = 0.5, kFaint = 0.35;

// Ink by the contrast of its surroundings, so that faint print beside dark print is seen: darker than
// half-way (or another share of the way) between the paper and the darkest there (Bernsen's threshold, with
// the paper's light instead of the brightest), and than grain.
cv::Mat binarize_locally(const cv::Mat& gray, double share = kHalfWay) {
  const cv::Mat even = in_even_light(gray);
  const cv::Mat judged = without_background(even, kCell, kPaper);
  const int otsu = ink_threshold(judged);
  cv::Mat darkest = darkest_of_cells(even, kCell);
  const int darkest_paper =
      darkest_grain(judged.data == even.data ? darkest : darkest_of_cells(judged, kCell));
  const int grain = std::max(otsu, darkest_paper);
  cv::erode(darkest, darkest, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  cv::blur(darkest, darkest, {3, 3});
  const cv::Mat by_cell = cv::max(cv::min(share * darkest + (1 - share) * kPaper, grain), otsu);
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

// A piece of a dashed rule. Receipts have more of them than of letters.
bool is_dash(const Component& component) {
  const auto& [box, pixels] = component;
  return box.width >= 2 * box.height && pixels * 10 >= 7 * box.area();
}

// The components that look like letters. `rows` is the image's height.
std::vector<cv::Size> letter_sizes(const std::vector<Component>& components, int rows) {
  // On a page no letter is higher than an eighth of it; in the image of a line it may fill nearly all of it.
  constexpr int kHighestInAnyImage = 64;
  const int highest = std::max(rows / 8, kHighestInAnyImage);
  std::vector<cv::Size> sizes;
  for (const Component& component : components) {
    const auto& [box, pixels] = component;
    if (box.height < 4 || box.height > highest || is_dash(component)) continue;
    if (box.width > 6 * box.height || box.height > 6 * box.width) continue;
    if (pixels * 8 >= box.area()) sizes.push_back(box.size());
  }
  return sizes;
}

// The median of their heights or widths, 0 when there are too few.
double median_of(const std::vector<cv::Size>& sizes, int cv::Size::*side) {
  constexpr size_t kFewest = 3;
  std::vector<int> lengths;
  for (const cv::Size& size : sizes) lengths.push_back(size.*side);
  return lengths.size() < kFewest ? 0 : median(std::move(lengths));
}

double letter_height(const std::vector<Component>& components, int rows) {
  return median_of(letter_sizes(components, rows), &cv::Size::height);
}

LayoutImage layout_image_of(const cv::Mat& ink) {
  LayoutImage image;
  image.ink = ink;
  image.components = find_components(ink);
  return image;
}

// Black for white, in an image of its own.
cv::Mat turned_over(const cv::Mat& gray) {
  cv::Mat negative;
  cv::bitwise_not(gray, negative);
  return negative;
}

// Whether what departs from the grays around it is mostly lighter than they are: light print rather than
// dark. The third power makes little of grain and of a photographed screen's moire, which depart to both
// sides.
bool departs_to_light(const cv::Mat& gray) {
  cv::Mat around;
  cv::medianBlur(coarse_means(gray, kCell), around, 5);
  kernels::CellRows surroundings(around, gray.cols);
  double skew = 0;
  for (int y = 0; y < gray.rows; ++y) {
    const uchar *const row = gray.ptr<uchar>(y), *const surrounding = surroundings.row(y);
    std::int64_t cubes = 0;
    for (int x = 0; x < gray.cols; ++x) {
      const std::int64_t departs = row[x] - surrounding[x];
      cubes += departs * departs * departs;
    }
    skew += static_cast<double>(cubes);
  }
  return skew > 0;
}

// The image with the grays turned over where the print is light on dark, as on negatives of film and on
// screens: most of the page is dark, and so turned over it has more letters. Dark paper and the black lid
// around a page have fewer: of dark letters, only the counters. `positive` is `binarized(gray)`.
std::optional<LayoutImage> negative_of(const cv::Mat& gray, const LayoutImage& positive,
                                       const std::function<cv::Mat(const cv::Mat&)>& binarized) {
  constexpr int kDark = 128, kRowStep = 4;
  if (kernels::percentile(kernels::histogram_of(gray, kRowStep), 0.5) >= kDark) return std::nullopt;
  if (!departs_to_light(gray)) return std::nullopt;
  LayoutImage negative = layout_image_of(binarized(turned_over(gray)));
  const auto letters_of = [](const LayoutImage& image) {
    return letter_sizes(image.components, image.ink.rows).size();
  };
  return letters_of(negative) > letters_of(positive) ? std::optional(std::move(negative)) : std::nullopt;
}

// Print by needles, and faint print, falls into pieces one above the other. Where closing the gaps between
// them leaves fewer components, and higher ones, they may be pieces of letters. They are when letters more
// than twice their height, and no wider than high, appear once more counts as ink and small gaps are closed
// to all sides: words on a rule would join it. `pieces` is the image's letter_height(); returns what it is
// now.
double mend_broken_letters(LayoutImage& image, const cv::Mat& gray, double pieces) {
  constexpr int kGap = 4;
  constexpr double kFewer = 0.8, kHigher = 1.25, kWhole = 2.5, kWidest = 1.3;
  cv::Mat closed = fill_upright_gaps(image.ink, kGap);
  const std::vector<Component> components = find_components(closed);
  if (static_cast<double>(components.size()) > kFewer * static_cast<double>(image.components.size()))
    return pieces;
  if (letter_height(components, closed.rows) < kHigher * pieces) return pieces;
  cv::morphologyEx(binarize_locally(gray, kFaint), closed, cv::MORPH_CLOSE,
                   cv::getStructuringElement(cv::MORPH_RECT, {kGap - 1, kGap + 1}));
  LayoutImage mended = layout_image_of(closed);
  const std::vector<cv::Size> sizes = letter_sizes(mended.components, closed.rows);
  const double letters = median_of(sizes, &cv::Size::height);
  if (letters < kWhole * pieces || median_of(sizes, &cv::Size::width) > kWidest * letters) return pieces;
  image = std::move(mended);
  return letters;
}

// Tesseract needs minutes for a page of noise. A page of text has at most one component in 400 pixels; with
// many more the specks go, and a page that consists of nothing else is left empty.
void remove_noise(LayoutImage& image) {
  if (image.components.size() < image.ink.total() / 250 + 99) return;
  cv::medianBlur(image.ink, image.ink, 3);
  image.components = find_components(image.ink);
  if (image.components.size() < image.ink.total() / 200) return;
  image.ink.setTo(0);
  image.components.clear();
}

}  // namespace

LayoutImage make_layout_image(const io::PageImage& page) {
  // Letters of this height (an x-height of 13 px; 10-point print at 200 dpi): on 148 pages of eight kinds 20
  // px found 95.4 % of the lines in 154 ms a page, 16 px 95.1 % in 118 ms with fewer columns run together.
  constexpr double kLetterPixels = 16;
  // Enough to see how large the letters are.
  constexpr double kProbePixels = 2.5e6;
  // Dirt can pass for tiny letters: no page becomes slow through being enlarged. Tesseract's coordinates are
  // 16 bit.
  constexpr double kMostPixels = 24e6, kLongestSide = 30000;

  const double pixels = static_cast<double>(page.gray.total());
  const double probe_scale = pixels > kProbePixels ? 1 / std::ceil(std::sqrt(pixels / kProbePixels)) : 1;
  cv::Mat whole = page.gray;
  const cv::Mat reduced = scaled(whole, probe_scale);
  LayoutImage probe = layout_image_of(binarize(reduced));
  if (auto negative = negative_of(reduced, probe, binarize)) {
    probe = std::move(*negative);
    whole = turned_over(whole);
  }
  const double letters = letter_height(probe.components, probe.ink.rows) / probe_scale;
  double scale = letters > 0 ? std::clamp(kLetterPixels / letters, 0.25, 3.0) : 1;
  scale = std::min(
      {scale, std::sqrt(kMostPixels / pixels), kLongestSide / std::max(page.gray.cols, page.gray.rows)});
  LayoutImage image = layout_image_of(binarize(scaled(whole, scale)));
  image.neighbours = find_letter_neighbours(image.components);
  remove_noise(image);
  image.x_scale = static_cast<double>(image.ink.cols) / page.gray.cols;
  image.y_scale = static_cast<double>(image.ink.rows) / page.gray.rows;
  image.letter_px = letters * scale;
  image.dpi = std::clamp(cvRound(image.letter_px > 0 ? image.letter_px * 11 : 300 * scale), 70, 600);
  return image;
}

LayoutImage make_quick_layout_image(const io::PageImage& page) {
  // Letters of these heights keep apart and cost no more than they must.
  constexpr double kSmallest = 11, kLargest = 40, kWanted = 16;
  constexpr double kProbePixels = 2.5e6, kMostPixels = 4e6;

  const double pixels = static_cast<double>(page.gray.total());
  const int cell = std::min({static_cast<int>(std::ceil(std::sqrt(std::max(1.0, pixels / kProbePixels)))),
                             page.gray.cols, page.gray.rows});
  double scale = 1.0 / cell;
  cv::Mat whole = page.gray, gray = cell > 1 ? mean_of_cells(whole, cell) : whole;
  LayoutImage image = layout_image_of(binarize_locally(gray));
  if (auto negative = negative_of(gray, image, [](const cv::Mat& page) { return binarize_locally(page); })) {
    image = std::move(*negative);
    gray = turned_over(gray);
    whole = turned_over(whole);
  }
  const LetterNeighbours neighbours = find_letter_neighbours(image.components);
  double letters = letter_height(image.components, image.ink.rows);
  if (letters > 0 && letters < kSmallest) letters = mend_broken_letters(image, gray, letters);
  if (letters > 0 && (letters < kSmallest || letters > kLargest)) {
    const double factor = std::clamp(kWanted / letters, 0.25, 3.0);
    const double wanted = std::min(scale * factor, std::max(scale, std::sqrt(kMostPixels / pixels)));
    letters *= wanted / scale;
    scale = wanted;
    image = layout_image_of(binarize_locally(scaled(whole, scale)));
  }
  remove_noise(image);
  const bool is_of_cells = image.ink.size() == gray.size();
  image.x_scale = is_of_cells ? scale : static_cast<double>(image.ink.cols) / page.gray.cols;
  image.y_scale = is_of_cells ? scale : static_cast<double>(image.ink.rows) / page.gray.rows;
  image.letter_px = letters;
  image.neighbours = neighbours;
  return image;
}

}  // namespace ocrbatch::pipeline
