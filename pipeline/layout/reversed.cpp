#include "pipeline/layout/reversed.h"

#include <algorithm>
#include <cstddef>
#include <opencv2/imgproc.hpp>

#include "pipeline/layout/cell_means.h"

namespace ocrbatch::pipeline {
namespace {

// What is light within `box`, without what reaches its edges.
std::vector<Component> holes_within(const cv::Mat& ink, const cv::Rect& box) {
  cv::Mat light;
  cv::bitwise_not(ink(box), light);
  std::vector<Component> holes;
  for (Component hole : find_components(light)) {
    if (hole.box.x == 0 || hole.box.y == 0 || hole.box.br().x == box.width || hole.box.br().y == box.height)
      continue;
    hole.box += box.tl();
    holes.push_back(hole);
  }
  return holes;
}

// Bars, as behind the heads of tables: a component that is mostly dark, holds a row of letters and is wider
// than high letters are.
std::vector<Component> letters_in_bars(const cv::Mat& ink, const std::vector<Component>& components,
                                       double letter_px) {
  std::vector<Component> letters;
  for (const Component& bar : components) {
    const cv::Rect& box = bar.box;
    if (box.height < 1.3 * letter_px || box.width < 4 * letter_px) continue;
    if (bar.pixels < 0.5 * box.area()) continue;
    const std::vector<Component> holes = holes_within(ink, box);
    int filled = bar.pixels;
    for (const Component& hole : holes) filled += hole.pixels;
    // A tilted bar leaves corners of paper.
    if (filled > 0.75 * box.area()) letters.insert(letters.end(), holes.begin(), holes.end());
  }
  return letters;
}

// Print has few specks beside its letters, a photograph mostly specks.
bool look_like_print(const std::vector<Component>& holes, double letter_px) {
  constexpr std::ptrdiff_t kFewest = 3;
  constexpr int kSpeckPixels = 4;
  const auto letters = std::ranges::count_if(holes, [&](const Component& hole) {
    return hole.box.height >= 0.5 * letter_px && hole.box.height <= 6 * letter_px &&
           hole.box.width <= 6 * hole.box.height;
  });
  const auto seen =
      std::ranges::count_if(holes, [](const Component& hole) { return hole.pixels >= kSpeckPixels; });
  return letters >= kFewest && 2 * letters >= seen;
}

}  // namespace

DarkAreas::DarkAreas(const cv::Mat& ink, double letter_px) : cell_(std::max(1, cvRound(letter_px / 4))) {
  constexpr int kStroke = 3, kBreadth = 13, kLargestLetter = 24;  // in cells
  // Bold print in narrow rows is light for more than a third, light print on dark for less.
  constexpr double kLeastInk = 0.62;
  const cv::Size cells(ink.cols / cell_, ink.rows / cell_);
  if (cells.width < kBreadth || cells.height < kBreadth) return;
  const cv::Mat shares = mean_of_cells(ink, cell_);  // of ink, 255 is all
  const auto square = [](int side) { return cv::getStructuringElement(cv::MORPH_RECT, {side, side}); };
  cv::Mat dark;
  cv::threshold(shares, dark, 127, 255, cv::THRESH_BINARY);
  if (cv::countNonZero(dark) < kBreadth * kBreadth / 2) return;  // too little, even with strokes filled
  cv::morphologyEx(dark, dark, cv::MORPH_CLOSE, square(kStroke));
  cv::morphologyEx(dark, dark, cv::MORPH_OPEN, square(kBreadth));
  if (cv::countNonZero(dark) == 0) return;
  for (const Component& hole : holes_within(dark, cv::Rect({}, cells)))
    if (hole.box.height <= kLargestLetter) dark(hole.box).setTo(255);
  count_ = cv::connectedComponents(dark, labels_, 8, CV_32S) - 1;
  for (int area = 1; area <= count_; ++area)
    if (cv::mean(shares, labels_ == area)[0] < kLeastInk * 255) drop(area);
}

cv::Rect DarkAreas::box() const {
  if (count_ == 0) return {};
  const cv::Rect cells = cv::boundingRect(labels_ > 0);
  return {cells.x * cell_, cells.y * cell_, cells.width * cell_, cells.height * cell_};
}

int DarkAreas::area_of(const cv::Rect& box) const {
  const auto area_at = [&](int x, int y) {
    const cv::Point cell(x / cell_, y / cell_);
    return cell.x < labels_.cols && cell.y < labels_.rows ? labels_.at<int>(cell) : 0;
  };
  const int right = box.br().x - 1, bottom = box.br().y - 1, area = area_at(box.x, box.y);
  const bool is_one =
      area_at(right, box.y) == area && area_at(box.x, bottom) == area && area_at(right, bottom) == area;
  return is_one ? area : 0;
}

void DarkAreas::drop(int area) {
  labels_.setTo(0, labels_ == area);
}

void DarkAreas::clear(cv::Mat& ink) const {
  // A cell more: their edges lie within cells.
  cv::Mat there, whole;
  cv::dilate(labels_ > 0, there, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  cv::resize(there, whole, {there.cols * cell_, there.rows * cell_}, 0, 0, cv::INTER_NEAREST);
  cv::copyMakeBorder(whole, whole, 0, ink.rows - whole.rows, 0, ink.cols - whole.cols, cv::BORDER_REPLICATE);
  ink.setTo(0, whole);
}

ReversedPrint::ReversedPrint(const cv::Mat& ink, const std::vector<Component>& components, double letter_px)
    : areas_(ink, letter_px), letters_(letters_in_bars(ink, components, letter_px)) {
  const cv::Rect around = areas_.box();
  if (around.empty()) return;
  std::vector<std::vector<Component>> holes(static_cast<std::size_t>(areas_.count()) + 1);
  for (const Component& hole : holes_within(ink, around))
    holes[static_cast<std::size_t>(areas_.area_of(hole.box))].push_back(hole);
  std::vector<Component> letters;
  for (std::size_t area = 1; area < holes.size(); ++area) {
    if (look_like_print(holes[area], letter_px)) {
      letters.insert(letters.end(), holes[area].begin(), holes[area].end());
    } else {
      areas_.drop(static_cast<int>(area));
    }
  }
  has_areas_ = !letters.empty();
  // None twice.
  std::erase_if(letters_, [&](const Component& letter) { return areas_.area_of(letter.box) > 0; });
  letters_.insert(letters_.end(), letters.begin(), letters.end());
}

bool ReversedPrint::clear_areas(cv::Mat& ink) const {
  if (has_areas_) areas_.clear(ink);
  return has_areas_;
}

}  // namespace ocrbatch::pipeline
