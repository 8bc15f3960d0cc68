#include "pipeline/layout/reversed.h"

#include <algorithm>
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

}  // namespace

DarkAreas::DarkAreas(const cv::Mat& ink, double letter_px) : cell_(std::max(1, cvRound(letter_px / 4))) {
  constexpr int kStroke = 3, kBreadth = 13, kLargestLetter = 24;  // in cells
  const cv::Size cells(ink.cols / cell_, ink.rows / cell_);
  if (cells.width < kBreadth || cells.height < kBreadth) return;
  const cv::Mat shares = mean_of_cells(ink, cell_);  // of ink, 255 is all
  const auto square = [](int side) { return cv::getStructuringElement(cv::MORPH_RECT, {side, side}); };
  cv::threshold(shares, dark_, 127, 255, cv::THRESH_BINARY);
  if (cv::countNonZero(dark_) < kBreadth * kBreadth / 2) return;  // too little, even with strokes filled
  cv::morphologyEx(dark_, dark_, cv::MORPH_CLOSE, square(kStroke));
  cv::morphologyEx(dark_, dark_, cv::MORPH_OPEN, square(kBreadth));
  if (cv::countNonZero(dark_) == 0) return;
  for (const Component& hole : holes_within(dark_, cv::Rect({}, cells)))
    if (hole.box.height <= kLargestLetter) dark_(hole.box).setTo(255);
  drop_print(shares);
  area_ = cv::boundingRect(dark_);
}

// Bold print in narrow rows is light for more than a third, light print on dark for less.
void DarkAreas::drop_print(const cv::Mat& shares) {
  constexpr double kLeastInk = 0.62;
  cv::Mat labels;
  const int count = cv::connectedComponents(dark_, labels, 8, CV_32S);
  for (int label = 1; label < count; ++label) {
    const cv::Mat area = labels == label;
    if (cv::mean(shares, area)[0] < kLeastInk * 255) dark_.setTo(0, area);
  }
}

cv::Rect DarkAreas::box() const {
  return {area_.x * cell_, area_.y * cell_, area_.width * cell_, area_.height * cell_};
}

bool DarkAreas::contain(const cv::Rect& box) const {
  const auto is_dark = [&](int x, int y) {
    const cv::Point cell(x / cell_, y / cell_);
    return cell.x < dark_.cols && cell.y < dark_.rows && dark_.at<uchar>(cell) != 0;
  };
  const int right = box.br().x - 1, bottom = box.br().y - 1;
  return is_dark(box.x, box.y) && is_dark(right, box.y) && is_dark(box.x, bottom) && is_dark(right, bottom);
}

void DarkAreas::clear(cv::Mat& ink) const {
  // A cell more: their edges lie within cells.
  cv::Mat there, whole;
  cv::dilate(dark_, there, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  cv::resize(there, whole, {dark_.cols * cell_, dark_.rows * cell_}, 0, 0, cv::INTER_NEAREST);
  cv::copyMakeBorder(whole, whole, 0, ink.rows - whole.rows, 0, ink.cols - whole.cols, cv::BORDER_REPLICATE);
  ink.setTo(0, whole);
}

ReversedPrint::ReversedPrint(const cv::Mat& ink, const std::vector<Component>& components, double letter_px)
    : areas_(ink, letter_px), letters_(letters_in_bars(ink, components, letter_px)) {
  if (areas_.empty()) return;
  // None twice.
  std::erase_if(letters_, [&](const Component& letter) { return areas_.contain(letter.box); });
  for (const Component& hole : holes_within(ink, areas_.box()))
    if (areas_.contain(hole.box)) letters_.push_back(hole);
}

bool ReversedPrint::clear_areas(cv::Mat& ink) const {
  if (areas_.empty()) return false;
  areas_.clear(ink);
  return true;
}

}  // namespace ocrbatch::pipeline
