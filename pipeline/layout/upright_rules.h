// Upright rules beside and between the words of a line: the borders of a table's cells. Cut with the line
// they would be read as ], | or 1.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace ocrbatch::pipeline {

// A piece of an upright rule, about a letter long, so that the box of a tilted one is narrow, too.
struct UprightRule {
  cv::Rect box;    // pixels
  int height = 0;  // of the whole rule, likewise
};

// The pieces in `rules` (CV_8UC1, 255 where ink is an upright rule's) that belong to rules of at least
// `least_height` pixels.
std::vector<UprightRule> upright_pieces(const cv::Mat& rules, int least_height, int piece_height);

// Paints over `gray` (CV_8UC1) where a rule lies in a text line's box with the paper beside it. A "rule" that
// is hardly higher than the line is a letter's stroke and stays.
void paint_over(const std::vector<UprightRule>& rules, const std::vector<cv::Rect>& lines, cv::Mat& gray);

}  // namespace ocrbatch::pipeline
