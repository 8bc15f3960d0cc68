// What a line's crop on a CUDA device is made from, from its geometry.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>

#include "kernels/line_crop.h"
#include "kernels/line_ink.h"
#include "kernels/line_preparation.h"

namespace ocrbatch::kernels {

// Nothing where prepare_line gives an empty line, or where the line is larger than kMaxBoxReach or
// kMaxCropSegments allow. Without suppression of neighbours so far: options.suppress_neighbours must be
// false.
std::optional<LineCrop> plan_line_crop(cv::Size page, const LineGeometry& geometry,
                                       const LinePreparation& options, const PaperEstimate& paper);

// Weights of the kCubicTaps * kCubicTaps pixels around each of kSubpixels * kSubpixels positions, in 1/32768.
using CubicWeights = std::array<std::int16_t, kSubpixels * kSubpixels * kCubicTaps * kCubicTaps>;
const CubicWeights& cubic_weights();

}  // namespace ocrbatch::kernels
