// Light print on dark panels.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/components.h"

namespace ocrbatch::pipeline {

// Dark areas of any shape, as at the side and the head of a page, in cells of a quarter of a letter: what is
// dark but for strokes, and broader than rows of print are high. Large letters on them belong to them, paper
// that they surround does not.
class DarkAreas {
 public:
  DarkAreas(const cv::Mat& ink, double letter_px);

  bool empty() const { return area_.empty(); }
  cv::Rect box() const;                     // around all, in pixels of `ink`
  bool contain(const cv::Rect& box) const;  // by its corners
  void clear(cv::Mat& ink) const;

 private:
  void drop_print(const cv::Mat& shares);

  int cell_;
  cv::Mat dark_;   // CV_8UC1, 255 or 0
  cv::Rect area_;  // around all, in cells
};

// The holes of dark bars and areas: what is light in them and of the size of letters. Of pictures and frames
// there are none, as long as their holes do not look like letters in a row.
class ReversedPrint {
 public:
  // `letter_px`: height of usual letters.
  ReversedPrint(const cv::Mat& ink, const std::vector<Component>& components, double letter_px);

  const std::vector<Component>& letters() const { return letters_; }
  // Leaves paper where dark areas were: neither they nor the counters of their letters are print. Returns
  // whether there were any.
  bool clear_areas(cv::Mat& ink) const;

 private:
  DarkAreas areas_;
  std::vector<Component> letters_;
};

}  // namespace ocrbatch::pipeline
