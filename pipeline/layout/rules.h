// Rules, frames and the lines of tables: long thin ink that is no letter's.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/components.h"
#include "pipeline/layout/upright_rules.h"

namespace ocrbatch::pipeline {

// Erases rules from `ink` (CV_8UC1, 255 ink) inside the components that are longer than a word's letters can
// be. `letter_px` is the height of usual letters.
struct ErasedRules {
  bool any = false;                  // then the components have changed
  std::vector<UprightRule> upright;  // in pixels of `ink`
};
ErasedRules erase_rules(cv::Mat& ink, const std::vector<Component>& components, double letter_px);

}  // namespace ocrbatch::pipeline
