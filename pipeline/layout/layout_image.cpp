#include "pipeline/layout/layout_image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/cell_rows.h"
#include "kernels/gray_histogram.h"
#include "pipeline/layout/binarize.h"
#include "pipeline/layout/cell_means.h"
#include "pipeline/layout/components.h"
#include "pipeline/layout/statistics.h"
#include "pipeline/layout/upright_runs.h"

namespace ocrbatch::pipeline {
namespace {

cv::Mat scaled(const cv::Mat& gray, double scale) {
  if (scale == 1) return gray;
  cv::Mat result;
  cv::resize(gray, result, {std::max(1, cvRound(gray.cols * scale)), std::max(1, cvRound(gray.rows * scale))},
             0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return result;
}

constexpr int kCell = kernels::CellRows::kCell;

// A piece of a dashed rule. Receipts have more of them than of letters.
bool is_dash(const Component& component) {
  const auto& [box, pixels] = component;
  return box.width >= 2 * box.height && pixels * 10 >= 7 * box.area();
}

// A full stop, or one of a leader's.
bool is_dot(const Component& component) {
  const auto& [box, pixels] = component;
  return 3 * box.width >= 2 * box.height && 3 * box.height >= 2 * box.width && pixels * 4 >= 3 * box.area();
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
  const std::vector<cv::Size> all = letter_sizes(components, rows);
  std::vector<Component> others;
  std::ranges::remove_copy_if(components, std::back_inserter(others), is_dot);
  // Contents have more dots in their leaders than letters. Where next to nothing else is there, the dots are
  // print: by needles.
  const std::vector<cv::Size> letters = letter_sizes(others, rows);
  const bool are_leaders = 2 * letters.size() < all.size() && 10 * letters.size() >= all.size();
  return median_of(are_leaders ? letters : all, &cv::Size::height);
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
// screens: most of the page is dark, what departs from that is light, and turned over it has more letters, or
// at least half as many, as a dark page's grain may pass for some. Dark paper and the black lid around a page
// have fewer: of dark letters, only the counters. `positive` is `binarized(gray)`.
std::optional<LayoutImage> negative_of(const cv::Mat& gray, const LayoutImage& positive,
                                       const std::function<cv::Mat(const cv::Mat&)>& binarized) {
  constexpr int kDark = 128, kRowStep = 4;
  if (kernels::percentile(kernels::histogram_of(gray, kRowStep), 0.5) >= kDark) return std::nullopt;
  if (!departs_to_light(gray)) return std::nullopt;
  LayoutImage negative = layout_image_of(binarized(turned_over(gray)));
  const auto letters_of = [](const LayoutImage& image) {
    return letter_sizes(image.components, image.ink.rows).size();
  };
  return 2 * letters_of(negative) > letters_of(positive) ? std::optional(std::move(negative)) : std::nullopt;
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
  cv::morphologyEx(binarize_locally(gray, kFaintShare), closed, cv::MORPH_CLOSE,
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
  // Pages of 200 dpi are small enough as they are; halved, their letters would be too small, and be enlarged
  // again.
  const int wanted_cell =
      pixels <= kMostPixels ? 1 : static_cast<int>(std::ceil(std::sqrt(pixels / kProbePixels)));
  const int cell = std::min({wanted_cell, page.gray.cols, page.gray.rows});
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
