// What a line's crop on a CUDA device is made from, from its geometry.
#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "kernels/line_crop.h"
#include "kernels/line_ink.h"
#include "kernels/line_preparation.h"

namespace ocrbatch::kernels {

// Nothing where prepare_line gives an empty line, where the line bends, or where the line is larger than
// kMaxBoxReach or kMaxCropSegments allow. Without suppression of neighbours so far:
// options.suppress_neighbours must be false.
std::optional<LineCrop> plan_line_crop(cv::Size page, const LineGeometry& geometry,
                                       const LinePreparation& options, const PaperEstimate& paper);

}  // namespace ocrbatch::kernels
