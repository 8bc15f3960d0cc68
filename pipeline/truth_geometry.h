// Where the lines of ground truth lie, as exactly as layout says it of lines that it finds itself.
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "io/ground_truth.h"
#include "kernels/line_preparation.h"

namespace ocrbatch::pipeline {

// One entry a line; none where the line cannot be cut: it lies outside the page or has no outline.
// `page` fits the image (io::fit_to_image). Boxes and polygons are drawn more or less tightly, and few files
// say where ascenders and descenders end: that is measured in the ink inside. What follows is done as in
// `scan`: lines of one size in one block get one ascent and one descent, baselines that point astray are
// turned.
std::vector<std::optional<kernels::LineGeometry>> truth_geometries(const cv::Mat& gray,
                                                                   const io::TruthPage& page);

}  // namespace ocrbatch::pipeline
