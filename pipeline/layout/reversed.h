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

  int count() const { return count_; }
  cv::Rect box() const;                    // around all, in pixels of `ink`
  int area_of(const cv::Rect& box) const;  // 1 to count(); 0 where its corners do not lie in one
  void drop(int area);                     // as if it were not there
  void clear(cv::Mat& ink) const;          // leaves paper where they are

 private:
  int cell_;
  int count_ = 0;
  cv::Mat labels_;  // CV_32S, a number a cell: 0 for none
};

// The holes of dark bars and areas: what is light in them and of the size of letters. Of pictures and frames
// there are none, as long as their holes do not look like letters.
class ReversedPrint {
 public:
  // `letter_px`: height of usual letters.
  ReversedPrint(const cv::Mat& ink, const std::vector<Component>& components, double letter_px);

  const std::vector<Component>& letters() const { return letters_; }
  // Leaves paper where dark areas with print are: neither they nor the counters of their letters are print.
  // Returns whether there are any.
  bool clear_areas(cv::Mat& ink) const;

 private:
  DarkAreas areas_;
  bool has_areas_ = false;
  std::vector<Component> letters_;
};

}  // namespace ocrbatch::pipeline
