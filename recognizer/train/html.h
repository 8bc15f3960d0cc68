// What goes into a page of HTML.
#pragma once

#include <opencv2/core.hpp>
#include <string>

namespace ocrbatch::recognizer {

// Text between tags or in a quoted attribute. What is no UTF-8, and control characters, become U+FFFD.
std::string html_escape(const std::string& text);

// A CV_8UC1 image as the address of an <img>: a PNG within the page itself. Empty for an empty image.
std::string png_data_uri(const cv::Mat& gray);

}  // namespace ocrbatch::recognizer
