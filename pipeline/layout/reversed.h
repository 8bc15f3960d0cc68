// Light print on dark panels.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/components.h"

namespace ocrbatch::pipeline {

// The holes of dark panels, as components: what is light in them and of the size of letters. Of pictures and
// frames there are none, as long as their holes do not look like letters in a row. `letter_px`: height of
// usual letters.
std::vector<Component> find_reversed_letters(const cv::Mat& ink, const std::vector<Component>& components,
                                             double letter_px);

}  // namespace ocrbatch::pipeline
