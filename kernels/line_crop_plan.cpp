#include "kernels/line_crop_plan.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/line_frame.h"

namespace ocrbatch::kernels {
namespace {

// Keys' cubic with a = -0.75.
std::array<float, kCubicTaps> cubic_at(float x) {
  constexpr float a = -0.75F;
  const float before = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
  const float left = ((a + 2) * x - (a + 3)) * x * x + 1;
  const float right = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1;
  return {before, left, right, 1 - before - left - right};
}

CubicWeights make_cubic_weights() {
  constexpr int kOne = 32768;
  CubicWeights weights;
  auto at = weights.begin();
  for (int y = 0; y < kSubpixels; ++y) {
    const auto down = cubic_at(static_cast<float>(y) / kSubpixels);
    for (int x = 0; x < kSubpixels; ++x, at += kCubicTaps * kCubicTaps) {
      const auto along = cubic_at(static_cast<float>(x) / kSubpixels);
      int sum = 0;
      for (int i = 0; i < kCubicTaps * kCubicTaps; ++i) {
        const float weight = down[i / kCubicTaps] * along[i % kCubicTaps] * kOne;
        at[i] = static_cast<std::int16_t>(std::clamp<long>(std::lrint(weight), -kOne, kOne - 1));
        sum += at[i];
      }
      // They add up to one: the largest of the four in the middle's lower right makes up for what is missing,
      // the smallest for what is too much.
      int least = 10, most = 10;
      for (const int i : {10, 11, 14, 15}) {
        if (at[i] < at[least]) least = i;
        if (at[i] > at[most]) most = i;
      }
      at[sum < kOne ? most : least] -= static_cast<std::int16_t>(sum - kOne);
    }
  }
  return weights;
}

}  // namespace

std::optional<LineCrop> plan_line_crop(cv::Size page, const LineGeometry& geometry,
                                       const LinePreparation& options, const PaperEstimate& paper) {
  CV_Assert(!options.suppress_neighbours);
  if (page.empty() || is_degenerate(geometry, options)) return std::nullopt;
  const float margin = options.vertical_margin * (geometry.ascent_px + geometry.descent_px);
  const float above = geometry.ascent_px + margin, below = geometry.descent_px + margin;
  const float y_scale = options.height_px / (above + below);
  const LineFrame frame = frame_between(geometry, options, above, below, y_scale);
  const std::vector<float> x_kernel = box_kernel(1 / frame.x_scale), y_kernel = box_kernel(1 / frame.y_scale);
  const std::size_t longest = std::max(x_kernel.size(), y_kernel.size());
  if (longest > 2 * kMaxBoxReach + 1) return std::nullopt;

  LineCrop crop;
  crop.width = frame.width, crop.height = frame.height;
  const cv::Rect part = covered_part(page, frame, static_cast<int>(longest) / 2 + 2);
  crop.part_x = part.x, crop.part_y = part.y, crop.part_width = part.width, crop.part_height = part.height;
  const cv::Matx23d map = pixel_map(frame, part.tl());
  std::copy(map.val, map.val + 6, &crop.map[0][0]);
  crop.is_cubic = is_enlarged(frame);
  crop.x_reach = static_cast<int>(x_kernel.size()) / 2, crop.y_reach = static_cast<int>(y_kernel.size()) / 2;
  std::copy(x_kernel.begin(), x_kernel.end(), crop.x_weights);
  std::copy(y_kernel.begin(), y_kernel.end(), crop.y_weights);
  crop.paper_level = paper.level;
  crop.is_inverted = paper.inverted;
  const cv::Range zone = zone_rows(zone_in(geometry, above, y_scale), crop.height);
  crop.zone_begin = zone.start, crop.zone_end = zone.end;
  crop.segments = paper_segments(crop.width, zone.size());
  crop.least_ink_depth = kMinContrast;
  if (crop.segments > kMaxCropSegments) return std::nullopt;
  return crop;
}

const CubicWeights& cubic_weights() {
  static const CubicWeights weights = make_cubic_weights();
  return weights;
}

}  // namespace ocrbatch::kernels
