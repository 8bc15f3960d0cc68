#include "kernels/line_preparation.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "kernels/line_ink.h"
#include "kernels/line_neighbours.h"

namespace ocrbatch::kernels {
namespace {

// An upright raster laid over the page along a line. Distances on the page are in page pixels.
struct Frame {
  cv::Point2f top_left;            // on the page
  cv::Point2f along, downward;     // unit vectors of the line on the page
  float x_scale = 1, y_scale = 1;  // raster pixels per page pixel
  int width = 0, height = 0;       // of the raster

  cv::Matx23f to_page() const {
    return {along.x / x_scale, downward.x / y_scale, top_left.x,
            along.y / x_scale, downward.y / y_scale, top_left.y};
  }
};

// The frame that shows from `above` to `below` the baseline (page pixels).
Frame frame_between(const LineGeometry& geometry, const LinePreparation& options, float above, float below,
                    float y_scale) {
  Frame frame;
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

// Weights that average over `width` pixels around a pixel; {1} up to one pixel.
std::vector<float> box_kernel(float width) {
  const int reach = static_cast<int>(std::ceil(0.5F * (width - 1) - 0.02F));
  if (reach <= 0) return {1.0F};
  std::vector<float> kernel(2 * reach + 1, 1 / width);
  kernel.front() = kernel.back() = 0.5F * (1 - (2 * reach - 1) / width);
  return kernel;
}

// The part of the page that the frame covers; empty when it lies beside the page.
cv::Rect covered_part(const cv::Mat& page, const Frame& frame, int reach) {
  const cv::Matx23f to_page = frame.to_page();
  std::vector<cv::Point2f> corners;
  for (const auto& [x, y] :
       {std::pair(0, 0), {frame.width, 0}, {0, frame.height}, {frame.width, frame.height}}) {
    const cv::Vec2f corner = to_page * cv::Vec3f(x, y, 1);
    corners.emplace_back(corner[0], corner[1]);
  }
  const cv::Rect box = cv::boundingRect(corners);
  return cv::Rect(box.x - reach, box.y - reach, box.width + 2 * reach, box.height + 2 * reach) &
         cv::Rect(0, 0, page.cols, page.rows);
}

// The pixels of the page under the frame. When shrinking, each is the average over its area on the page, so
// that thin strokes fade but do not break: the page is averaged first and sampled once (a third of the time
// of sampling every page pixel).
cv::Mat resample(const cv::Mat& page, const Frame& frame, int paper_level) {
  const std::vector<float> x_kernel = box_kernel(1 / frame.x_scale), y_kernel = box_kernel(1 / frame.y_scale);
  const int reach = static_cast<int>(std::max(x_kernel.size(), y_kernel.size())) / 2 + 2;
  const cv::Rect part = covered_part(page, frame, reach);
  cv::Mat pixels(frame.height, frame.width, CV_8UC1, cv::Scalar(paper_level));
  if (part.empty()) return pixels;
  cv::Mat source = page(part);
  if (x_kernel.size() > 1 || y_kernel.size() > 1) {
    cv::Mat averaged;
    cv::sepFilter2D(source, averaged, CV_8U, x_kernel, y_kernel, {-1, -1}, 0, cv::BORDER_REPLICATE);
    source = averaged;
  }
  // warpAffine counts pixel centres as whole numbers, the frame as halves.
  const cv::Matx23f to_page = frame.to_page();
  const int origin[] = {part.x, part.y};
  cv::Matx23d map;
  for (int row = 0; row < 2; ++row) {
    map(row, 0) = to_page(row, 0);
    map(row, 1) = to_page(row, 1);
    map(row, 2) = to_page(row, 2) + 0.5 * map(row, 0) + 0.5 * map(row, 1) - 0.5 - origin[row];
  }
  const bool enlarging = frame.x_scale > 1.05F;
  cv::warpAffine(source, pixels, map, pixels.size(),
                 (enlarging ? cv::INTER_CUBIC : cv::INTER_LINEAR) | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT,
                 cv::Scalar(paper_level));
  return pixels;
}

bool is_degenerate(const LineGeometry& geometry, const LinePreparation& options) {
  const cv::Point2f reach = geometry.baseline_end - geometry.baseline_start;
  const float numbers[] = {geometry.baseline_start.x, geometry.baseline_start.y, reach.x, reach.y,
                           geometry.ascent_px,        geometry.descent_px};
  for (float number : numbers) {
    if (!std::isfinite(number) || std::abs(number) > 1e6F) return true;
  }
  return std::hypot(reach.x, reach.y) < 1 || geometry.ascent_px <= 0 || geometry.descent_px < 0 ||
         geometry.ascent_px + geometry.descent_px < 2 || options.height_px < 4 || options.max_width_px < 1;
}

// The part of the page that holds the line, for its paper and polarity; empty when the line lies outside the
// page.
cv::Rect page_region(const cv::Mat& page, const LineGeometry& geometry) {
  const auto [left, right] = std::minmax(geometry.baseline_start.x, geometry.baseline_end.x);
  const auto [high, low] = std::minmax(geometry.baseline_start.y, geometry.baseline_end.y);
  const cv::Rect around(cv::Point(cvFloor(left), cvFloor(high - geometry.ascent_px)),
                        cv::Point(cvCeil(right), cvCeil(low + geometry.descent_px)));
  return around & cv::Rect(0, 0, page.cols, page.rows);
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

}  // namespace

PreparedLine prepare_line(const cv::Mat& page, const LineGeometry& geometry, const LinePreparation& options) {
  PreparedLine line;
  if (page.empty() || is_degenerate(geometry, options)) return line;
  const PaperEstimate paper = estimate_paper(page, page_region(page, geometry));

  const float line_height = geometry.ascent_px + geometry.descent_px;
  const float margin = options.vertical_margin * line_height;
  float above = geometry.ascent_px + margin, below = geometry.descent_px + margin;
  // Enough to see from where an intruding letter comes; the line's own accents and tails may reach a third of
  // it.
  const float surroundings = options.suppress_neighbours ? 0.8F * line_height : 0.0F;
  constexpr float kMaxExtension = 0.3F;

  for (bool extended = false;; extended = true) {
    const float y_scale = options.height_px / (above + below);
    const float seen_above = above + std::max(0.0F, surroundings - margin);
    const float seen_below = below + std::max(0.0F, surroundings - margin);
    const int skipped_rows = static_cast<int>(std::lround((seen_above - above) * y_scale));
    // The strip starts a whole number of rows above the crop, so that the crop is a row range of it.
    const float strip_above = above + skipped_rows / y_scale;
    const Frame strip_frame = frame_between(geometry, options, strip_above, seen_below, y_scale);
    const cv::Mat strip = resample(page, strip_frame, paper.level);
    const LineZone zone = zone_in(geometry, strip_above, y_scale);
    const cv::Range zone_rows(std::clamp(static_cast<int>(zone.top), 0, strip.rows - 1),
                              std::clamp(static_cast<int>(std::ceil(zone.bottom)), 1, strip.rows));
    cv::Mat darkness = measure_darkness(strip, zone_rows, paper.inverted);

    if (options.suppress_neighbours) {
      const InkOwnership ownership = find_neighbours(darkness, zone);
      if (!extended && ownership.bottom > 0) {
        // Accents on capitals and deep tails: widen the crop to hold them, a pixel of paper beyond.
        const float own_above = (zone.baseline - ownership.top + 1) / y_scale;
        const float own_below = (ownership.bottom - zone.baseline + 1) / y_scale;
        const float limit = margin + kMaxExtension * line_height;
        const float wanted_above = std::min(std::max(above, own_above), geometry.ascent_px + limit);
        const float wanted_below = std::min(std::max(below, own_below), geometry.descent_px + limit);
        if ((wanted_above - above) * y_scale > 0.7F || (wanted_below - below) * y_scale > 0.7F) {
          above = wanted_above;
          below = wanted_below;
          continue;
        }
      }
      darkness.setTo(0, ownership.neighbours);
    }

    Frame crop_frame = strip_frame;
    crop_frame.top_left += (skipped_rows / y_scale) * strip_frame.downward;
    cv::Mat crop = darkness.rowRange(skipped_rows, std::min(darkness.rows, skipped_rows + options.height_px));
    cv::bitwise_not(crop, line.pixels);
    line.to_page = crop_frame.to_page();
    return line;
  }
}

}  // namespace ocrbatch::kernels
