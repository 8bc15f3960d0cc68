#include "kernels/line_preparation.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "kernels/line_frame.h"
#include "kernels/line_ink.h"
#include "kernels/line_neighbours.h"

namespace ocrbatch::kernels {
namespace {

// The pixels of the page under the frame. When shrinking, each is the average over its area on the page, so
// that thin strokes fade but do not break: the page is averaged first and sampled once (a third of the time
// of sampling every page pixel).
cv::Mat resample(const cv::Mat& page, const LineFrame& frame, int paper_level) {
  const std::vector<float> x_kernel = box_kernel(1 / frame.x_scale), y_kernel = box_kernel(1 / frame.y_scale);
  const int reach = static_cast<int>(std::max(x_kernel.size(), y_kernel.size())) / 2 + 2;
  const cv::Rect part = covered_part(page.size(), frame, reach);
  cv::Mat pixels(frame.height, frame.width, CV_8UC1, cv::Scalar(paper_level));
  if (part.empty()) return pixels;
  cv::Mat source = page(part);
  if (x_kernel.size() > 1 || y_kernel.size() > 1) {
    cv::Mat averaged;
    cv::sepFilter2D(source, averaged, CV_8U, x_kernel, y_kernel, {-1, -1}, 0, cv::BORDER_REPLICATE);
    source = averaged;
  }
  cv::warpAffine(source, pixels, pixel_map(frame, part.tl()), pixels.size(),
                 (is_enlarged(frame) ? cv::INTER_CUBIC : cv::INTER_LINEAR) | cv::WARP_INVERSE_MAP,
                 cv::BORDER_CONSTANT, cv::Scalar(paper_level));
  return pixels;
}

}  // namespace

PreparedLine prepare_line(const cv::Mat& page, const LineGeometry& geometry, const LinePreparation& options) {
  PreparedLine line;
  if (page.empty() || is_degenerate(geometry, options)) return line;
  const PaperEstimate paper = estimate_paper(page, page_region(page.size(), geometry));

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
    const LineFrame strip_frame = frame_between(geometry, options, strip_above, seen_below, y_scale);
    const cv::Mat strip = resample(page, strip_frame, paper.level);
    const LineZone zone = zone_in(geometry, strip_above, y_scale);
    cv::Mat darkness = measure_darkness(strip, zone_rows(zone, strip.rows), paper.inverted);

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

    LineFrame crop_frame = strip_frame;
    crop_frame.top_left += (skipped_rows / y_scale) * strip_frame.downward;
    cv::Mat crop = darkness.rowRange(skipped_rows, std::min(darkness.rows, skipped_rows + options.height_px));
    cv::bitwise_not(crop, line.pixels);
    line.to_page = crop_frame.to_page();
    return line;
  }
}

}  // namespace ocrbatch::kernels
