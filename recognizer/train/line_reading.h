// A labelled line and what a network read in it.
#pragma once

#include <opencv2/core.hpp>
#include <string>

namespace ocrbatch::recognizer {

struct LineReading {
  std::string name;         // where the line came from
  std::string truth, read;  // UTF-8
  cv::Mat pixels;           // CV_8UC1, as prepared; empty where nothing was left of the line
};

}  // namespace ocrbatch::recognizer
