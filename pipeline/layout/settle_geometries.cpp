#include <algorithm>
#include <cmath>
#include <map>

#include "pipeline/layout/found_line.h"
#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

// Extents of print as shares of the x-height: what Tesseract itself allows, and the middle.
constexpr float kMinAscent = 1.2F, kTypicalAscent = 1.45F, kMaxAscent = 1.9F;
constexpr float kMinDescent = 0.2F, kTypicalDescent = 0.42F, kMaxDescent = 0.7F;

// The layout's numbers for one row, held to what print can be.
void limit_extents(FoundLine& line) {
  kernels::LineGeometry& geometry = line.geometry;
  // What the box of the same line would be, were it level.
  const float rise = std::abs(line.geometry.baseline_end.y - line.geometry.baseline_start.y);
  const float box_height = std::max(2.0F, static_cast<float>(line.box.height) - rise);
  float& x_height = geometry.x_height_px;
  if (!(x_height > 0.2F * box_height && x_height < 1.1F * box_height)) x_height = 0.5F * box_height;
  if (!(geometry.ascent_px >= kMinAscent * x_height && geometry.ascent_px <= kMaxAscent * x_height)) {
    geometry.ascent_px = kTypicalAscent * x_height;
  }
  if (!(geometry.descent_px >= kMinDescent * x_height && geometry.descent_px <= kMaxDescent * x_height)) {
    geometry.descent_px = kTypicalDescent * x_height;
  }
}

void settle_baseline(FoundLine& line, float usual_slope) {
  kernels::LineGeometry& geometry = line.geometry;
  const float left = line.box.x, right = line.box.br().x;
  const float middle = 0.5F * (left + right);
  const float length = std::max(1.0F, right - left);
  float slope = line.slope();
  // A short line's own slope says little: a comma at its end turns it.
  const float trusted = 0.01F + 1.0F * geometry.x_height_px / length;
  const bool is_short = length < 8 * geometry.x_height_px;
  float baseline = line.baseline_at(middle);
  if (is_short || !(std::abs(slope - usual_slope) <= trusted)) slope = usual_slope;
  const float lowest = line.box.br().y + 0.1F * line.box.height,
              highest = line.box.y + 0.3F * line.box.height;
  if (!(baseline >= highest && baseline <= lowest)) baseline = line.box.br().y - geometry.descent_px;
  geometry.baseline_start = {left, baseline + slope * (left - middle)};
  geometry.baseline_end = {right, baseline + slope * (right - middle)};
}

}  // namespace

float FoundLine::slope() const {
  const cv::Point2f reach = geometry.baseline_end - geometry.baseline_start;
  return reach.x > 0.5F ? reach.y / reach.x : 0.0F;
}

float FoundLine::baseline_at(float x) const {
  return geometry.baseline_start.y + slope() * (x - geometry.baseline_start.x);
}

float page_slope(const std::vector<FoundLine>& lines) {
  std::vector<std::pair<float, float>> slopes;  // with the line's length
  for (const FoundLine& line : lines) slopes.emplace_back(line.slope(), static_cast<float>(line.box.width));
  return std::clamp(weighted_median(std::move(slopes)), -0.3F, 0.3F);
}

void settle_geometries(std::vector<FoundLine>& lines) {
  settle_geometries(lines, page_slope(lines));
}

void settle_geometries(std::vector<FoundLine>& lines, float usual_slope) {
  std::map<int, std::vector<FoundLine*>> blocks;
  for (FoundLine& line : lines) {
    limit_extents(line);
    settle_baseline(line, usual_slope);
    blocks[line.block].push_back(&line);
  }
  for (const auto& [block, members] : blocks) {
    std::vector<float> x_heights;
    for (const FoundLine* line : members) x_heights.push_back(line->geometry.x_height_px);
    const float x_height = median(x_heights);
    const auto is_usual = [&](const FoundLine* line) {
      return std::abs(line->geometry.x_height_px - x_height) <= 0.2F * x_height;
    };
    std::vector<float> ascents, descents;
    for (const FoundLine* line : members) {
      if (!is_usual(line)) continue;
      ascents.push_back(line->geometry.ascent_px);
      descents.push_back(line->geometry.descent_px);
    }
    const float ascent = median(ascents), descent = median(descents);
    for (FoundLine* line : members) {
      if (!is_usual(line)) continue;
      line->geometry.x_height_px = x_height;
      line->geometry.ascent_px = ascent;
      line->geometry.descent_px = descent;
    }
  }
}

}  // namespace ocrbatch::pipeline
