// From lines in pixels of the layout image to the page's tree.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout.h"
#include "pipeline/layout/found_line.h"
#include "pipeline/layout/layout_image.h"

namespace ocrbatch::pipeline {

// `lines` are in reading order; `page` is the page's size in pixels. Lines that lie outside it are left out.
PageLayout as_page_layout(const std::vector<FoundLine>& lines, const LayoutImage& image,
                          const cv::Size& page);

// Rules in pixels of the layout image as rules of the page, with their soft edges.
std::vector<UprightRule> rules_on_page(const std::vector<UprightRule>& rules, const LayoutImage& image,
                                       const cv::Size& page);

}  // namespace ocrbatch::pipeline
