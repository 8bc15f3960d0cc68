#include "kernels/line_frame.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace ocrbatch::kernels {

LineFrame frame_between(const LineGeometry& geometry, const LinePreparation& options, float above,
                        float below, float y_scale) {
  LineFrame frame;
  const cv::Point2f reach = geometry.baseline_end - geometry.baseline_start;
  const float length = std::hypot(reach.x, reach.y);
  frame.along = reach / length;
  frame.downward = {-frame.along.y, frame.along.x};
  const float side = options.horizontal_margin * (geometry.ascent_px + geometry.descent_px);
  frame.y_scale = y_scale;
  frame.width = std::max(1, static_cast<int>(std::lround((length + 2 * side) * y_scale)));
  frame.x_scale = y_scale;
  if (frame.width > options.max_width_px) {
    frame.width = options.max_width_px;
    frame.x_scale = frame.width / (length + 2 * side);
  }
  frame.height = std::max(1, static_cast<int>(std::lround((above + below) * y_scale)));
  frame.top_left = geometry.baseline_start - side * frame.along - above * frame.downward;
  return frame;
}

std::vector<float> box_kernel(float width) {
  const int reach = static_cast<int>(std::ceil(0.5F * (width - 1) - 0.02F));
  if (reach <= 0) return {1.0F};
  std::vector<float> kernel(2 * reach + 1, 1 / width);
  kernel.front() = kernel.back() = 0.5F * (1 - (2 * reach - 1) / width);
  return kernel;
}

cv::Rect covered_part(cv::Size page, const LineFrame& frame, int reach, const BaselineBend& bend) {
  const cv::Matx23f to_page = frame.to_page();
  std::vector<cv::Point2f> corners;
  for (const auto& [x, y] :
       {std::pair(0, 0), {frame.width, 0}, {0, frame.height}, {frame.width, frame.height}}) {
    const cv::Vec2f corner = to_page * cv::Vec3f(x, y, 1);
    corners.emplace_back(corner[0], corner[1]);
  }
  const cv::Rect box = cv::boundingRect(corners);
  const int above = reach - cvFloor(bend.least()), below = reach + cvCeil(bend.most());
  return cv::Rect(box.x - reach, box.y - above, box.width + 2 * reach, box.height + above + below) &
         cv::Rect(0, 0, page.width, page.height);
}

bool is_steep(const LineFrame& frame) {
  return std::abs(frame.along.y) > kSteepestLine * std::abs(frame.along.x);
}

Sampling sampling_of(const LineFrame& frame, cv::Point origin) {
  const cv::Matx23f to_page = frame.to_page();
  const int origins[] = {origin.x, origin.y};
  Sampling sampling;
  for (int row = 0; row < 2; ++row) {
    const double along = to_page(row, 0), across = to_page(row, 1);
    sampling.map[row][0] = to_page(row, 0);
    sampling.map[row][1] = to_page(row, 1);
    sampling.map[row][2] =
        static_cast<float>(to_page(row, 2) + 0.5 * along + 0.5 * across - 0.5 - origins[row]);
  }
  sampling.slope = is_steep(frame) ? 0 : frame.along.y / frame.along.x;
  sampling.is_cubic = frame.x_scale > 1.05F;
  return sampling;
}

bool is_degenerate(const LineGeometry& geometry, const LinePreparation& options) {
  const cv::Point2f reach = geometry.baseline_end - geometry.baseline_start;
  const float numbers[] = {geometry.baseline_start.x, geometry.baseline_start.y, reach.x, reach.y,
                           geometry.ascent_px,        geometry.descent_px};
  const auto is_wild = [](float number) { return !std::isfinite(number) || std::abs(number) > 1e6F; };
  if (std::ranges::any_of(numbers, is_wild) || std::ranges::any_of(geometry.bend_px, is_wild)) return true;
  return std::hypot(reach.x, reach.y) < 1 || geometry.ascent_px <= 0 || geometry.descent_px < 0 ||
         geometry.ascent_px + geometry.descent_px < 2 || options.height_px < 4 || options.max_width_px < 1;
}

cv::Rect page_region(cv::Size page, const LineGeometry& geometry) {
  const auto [left, right] = std::minmax(geometry.baseline_start.x, geometry.baseline_end.x);
  const auto [high, low] = std::minmax(geometry.baseline_start.y, geometry.baseline_end.y);
  const BaselineBend bend(geometry);
  const cv::Rect around(cv::Point(cvFloor(left), cvFloor(high - geometry.ascent_px + bend.least())),
                        cv::Point(cvCeil(right), cvCeil(low + geometry.descent_px + bend.most())));
  return around & cv::Rect(0, 0, page.width, page.height);
}

LineZone zone_in(const LineGeometry& geometry, float above, float y_scale) {
  LineZone zone;
  const float x_height = geometry.x_height_px > 0 && geometry.x_height_px < geometry.ascent_px
                             ? geometry.x_height_px
                             : 0.68F * geometry.ascent_px;
  zone.baseline = above * y_scale;
  zone.top = zone.baseline - geometry.ascent_px * y_scale;
  zone.x_top = zone.baseline - x_height * y_scale;
  zone.bottom = zone.baseline + geometry.descent_px * y_scale;
  return zone;
}

cv::Range zone_rows(const LineZone& zone, int height) {
  return {std::clamp(static_cast<int>(zone.top), 0, height - 1),
          std::clamp(static_cast<int>(std::ceil(zone.bottom)), 1, height)};
}

}  // namespace ocrbatch::kernels
