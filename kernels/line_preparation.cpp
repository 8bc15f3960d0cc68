#include "kernels/line_preparation.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "kernels/baseline_bend.h"
#include "kernels/line_frame.h"
#include "kernels/line_ink.h"
#include "kernels/line_neighbours.h"
#include "kernels/line_sampler.h"

namespace ocrbatch::kernels {
namespace {

bool has_ink(const cv::Mat& darkness) {
  return !darkness.empty() && cv::countNonZero(darkness > kInkDarkness) > 0;
}

}  // namespace

PreparedLine prepare_line(const cv::Mat& page, const LineGeometry& geometry, const LinePreparation& options) {
  PreparedLine line;
  if (page.empty() || is_degenerate(geometry, options)) return line;
  const BaselineBend bend(geometry);
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
    const LineZone zone = zone_in(geometry, strip_above, y_scale);
    const cv::Range all(0, strip_frame.height),
        crop(skipped_rows, std::min(all.end, skipped_rows + options.height_px)),
        own = zone_rows(zone, all.end) & crop;
    const LineSampler sampler(page, strip_frame, bend, paper.level);
    cv::Mat darkness(all.end, strip_frame.width, CV_8UC1);
    sampler.sample(crop, darkness);
    const InkScale scale = measure_ink(darkness.rowRange(own), paper.inverted);
    const auto darken = [&](cv::Range rows) {
      cv::Mat part = darkness.rowRange(rows);
      scale.darken(part, part);
    };
    darken(crop);

    // What has no ink above it and below it has no neighbours that reach into it.
    const cv::Range margin_above(crop.start, std::clamp(cvFloor(zone.top), crop.start, crop.end)),
        margin_below(std::clamp(cvCeil(zone.bottom), crop.start, crop.end), crop.end);
    if (options.suppress_neighbours &&
        (has_ink(darkness.rowRange(margin_above)) || has_ink(darkness.rowRange(margin_below)))) {
      for (const cv::Range& rest : {cv::Range(0, crop.start), cv::Range(crop.end, all.end)}) {
        sampler.sample(rest, darkness);
        darken(rest);
      }
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
    cv::bitwise_not(darkness.rowRange(crop), line.pixels);
    line.to_page = crop_frame.to_page();
    return line;
  }
}

}  // namespace ocrbatch::kernels
