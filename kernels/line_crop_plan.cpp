#include "kernels/line_crop_plan.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/line_frame.h"

namespace ocrbatch::kernels {
std::optional<LineCrop> plan_line_crop(cv::Size page, const LineGeometry& geometry,
                                       const LinePreparation& options, const PaperEstimate& paper) {
  CV_Assert(!options.suppress_neighbours);
  const BaselineBend bend(geometry);
  if (page.empty() || is_degenerate(geometry, options) || !bend.is_straight()) return std::nullopt;
  const float margin = options.vertical_margin * (geometry.ascent_px + geometry.descent_px);
  const float above = geometry.ascent_px + margin, below = geometry.descent_px + margin;
  const float y_scale = options.height_px / (above + below);
  const LineFrame frame = frame_between(geometry, options, above, below, y_scale);
  const std::vector<float> x_kernel = box_kernel(1 / frame.x_scale), y_kernel = box_kernel(1 / frame.y_scale);
  const std::size_t longest = std::max(x_kernel.size(), y_kernel.size());
  if (longest > 2 * kMaxBoxReach + 1) return std::nullopt;

  LineCrop crop;
  crop.width = frame.width, crop.height = frame.height;
  const cv::Rect part = covered_part(page, frame, static_cast<int>(longest) / 2 + 2, bend);
  crop.part_x = part.x, crop.part_y = part.y, crop.part_width = part.width, crop.part_height = part.height;
  crop.sampling = sampling_of(frame, part.tl());
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

}  // namespace ocrbatch::kernels
