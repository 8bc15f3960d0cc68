#include "pipeline/layout/fit_row.h"

#include <cmath>

#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

// Extents of Latin print as shares of the x-height.
constexpr float kXHeightPerCapital = 0.68F, kAscentPerXHeight = 1.45F, kDescentPerXHeight = 0.42F;

struct Straight {
  float at_zero = 0, slope = 0;
  float at(float x) const { return at_zero + slope * x; }
};

Straight least_squares(const std::vector<cv::Point2f>& points) {
  double x_mean = 0, y_mean = 0, xx = 0, xy = 0;
  for (const cv::Point2f& point : points) {
    x_mean += point.x;
    y_mean += point.y;
  }
  x_mean /= static_cast<double>(points.size());
  y_mean /= static_cast<double>(points.size());
  for (const cv::Point2f& point : points) {
    xx += (point.x - x_mean) * (point.x - x_mean);
    xy += (point.x - x_mean) * (point.y - y_mean);
  }
  const double slope = xx > 0 ? xy / xx : 0;
  return {static_cast<float>(y_mean - slope * x_mean), static_cast<float>(slope)};
}

// The middle slope of points half the row apart (Theil and Sen): a descender at an end does not turn it.
float middle_slope(const std::vector<cv::Point2f>& points) {
  std::vector<float> slopes;
  const size_t half = points.size() / 2;
  for (size_t i = 0; i + half < points.size(); ++i) {
    const cv::Point2f step = points[i + half] - points[i];
    slopes.push_back(step.y / std::max(1.0F, step.x));
  }
  return median(std::move(slopes));
}

// The value with most others within `tolerance` of it; of equal ones the smallest.
float densest(std::vector<float> values, float tolerance) {
  std::sort(values.begin(), values.end());
  size_t best_count = 0, first = 0;
  float best = values.front();
  for (size_t last = 0; last < values.size(); ++last) {
    while (values[last] - values[first] > 2 * tolerance) ++first;
    if (last - first + 1 > best_count) {
      best_count = last - first + 1;
      best = values[(first + last) / 2];
    }
  }
  return best;
}

// The level on which letters stand: the highest one that many have in common, as tails of descenders may be
// as many.
float foot_level(std::vector<float> values, float tolerance) {
  constexpr double kMany = 0.6;  // of the letters on the most common level
  std::sort(values.begin(), values.end());
  std::vector<size_t> counts;
  size_t first = 0;
  for (size_t last = 0; last < values.size(); ++last) {
    while (values[last] - values[first] > 2 * tolerance) ++first;
    counts.push_back(last - first + 1);
  }
  const double enough = kMany * static_cast<double>(*std::max_element(counts.begin(), counts.end()));
  size_t place = 0;
  while (static_cast<double>(counts[place]) < enough) ++place;
  // On to the top of this hill.
  while (place + 1 < counts.size() && counts[place + 1] > counts[place]) ++place;
  return values[place + 1 - (counts[place] + 1) / 2];
}

// Broken print: pieces say nothing about the baseline as long as there are letters.
std::vector<cv::Point2f> feet_of(const std::vector<Letter>& letters) {
  std::vector<float> heights;
  for (const Letter& letter : letters) heights.push_back(letter.height());
  const float whole = 0.6F * quantile(heights, 0.75);
  std::vector<cv::Point2f> feet;
  for (const Letter& letter : letters)
    if (letter.height() >= whole) feet.emplace_back(letter.middle(), letter.bottom);
  return feet;
}

Straight fit_baseline(const std::vector<Letter>& letters, float size) {
  const std::vector<cv::Point2f> feet = feet_of(letters);
  std::vector<float> bottoms;
  for (const cv::Point2f& foot : feet) bottoms.push_back(foot.y);
  const Straight level{foot_level(bottoms, 0.12F * size), 0};
  const float length = letters.back().x1 - letters.front().x0;
  // A slope of its own takes letters enough to outweigh a descender at an end.
  if (feet.size() < 8 || length < 8 * size) return level;
  Straight line{0, middle_slope(feet)};
  std::vector<float> offsets;
  for (const cv::Point2f& foot : feet) offsets.push_back(foot.y - line.at(foot.x));
  line.at_zero = foot_level(offsets, 0.15F * size);
  for (const float below : {0.2F, 0.15F}) {
    std::vector<cv::Point2f> near;
    for (const cv::Point2f& foot : feet) {
      const float off = foot.y - line.at(foot.x);
      if (off < below * size && off > -1.3F * below * size) near.push_back(foot);
    }
    if (near.size() < std::max<size_t>(5, feet.size() / 3)) return level;
    line = least_squares(near);
  }
  // The curl of a page turns rows by a few hundredths; the rest is dirt in the row.
  return std::abs(line.slope) < 0.02F + 0.5F * size / length ? line : level;
}

void measure_heights(Row& row) {
  std::vector<float> heights, depths;
  for (const Letter& letter : row.letters) {
    const float baseline = row.baseline_at(letter.middle());
    const float up = baseline - letter.top, down = letter.bottom - baseline;
    if (up > 0.3F * letter.height()) heights.push_back(up);
    if (up > 0) depths.push_back(down);
  }
  if (heights.empty()) heights.push_back(std::max(2.0F, row.bottom - row.top));
  const float most = quantile(heights, 0.9);
  std::erase_if(heights, [&](float height) { return height < 0.45F * most; });  // commas and pieces
  const float usual = densest(heights, 0.07F * most);
  std::vector<float> higher, lower;
  for (const float height : heights) {
    if (height > 1.2F * usual && height < 1.75F * usual) higher.push_back(height);
    if (height > 0.58F * usual && height < 0.82F * usual) lower.push_back(height);
  }
  const float count = static_cast<float>(heights.size());
  row.has_two_heights = true;
  if (static_cast<float>(higher.size()) >= 0.12F * count) {
    row.x_height = usual;
    row.ascent = median(higher);
  } else if (static_cast<float>(lower.size()) >= 0.2F * count) {
    row.x_height = median(lower);
    row.ascent = usual;
  } else {
    row.has_two_heights = false;
    row.ascent = usual;
    row.x_height = kXHeightPerCapital * usual;
  }
  std::vector<float> tails;
  for (const float depth : depths)
    if (depth > 0.18F * row.x_height && depth < 0.8F * row.x_height) tails.push_back(depth);
  row.descent =
      std::max(0.25F * row.x_height, tails.size() >= 2 ? median(tails) : kDescentPerXHeight * row.x_height);
}

}  // namespace

void find_extent(Row& row) {
  row.x0 = row.top = 1e9F;
  row.x1 = row.bottom = -1e9F;
  for (const Letter& letter : row.letters) {
    row.x0 = std::min(row.x0, letter.x0);
    row.x1 = std::max(row.x1, letter.x1);
    row.top = std::min(row.top, letter.top);
    row.bottom = std::max(row.bottom, letter.bottom);
  }
}

Row fit_row(std::vector<Letter> letters) {
  std::sort(letters.begin(), letters.end(), from_left);
  Row row;
  row.letters = std::move(letters);
  find_extent(row);
  std::vector<float> heights;
  for (const Letter& letter : row.letters) heights.push_back(letter.height());
  const Straight line = fit_baseline(row.letters, median(heights));
  row.slope = line.slope;
  row.baseline = line.at(row.x0);
  measure_heights(row);
  row.curve = curve_of(row);
  if (!row.curve.is_straight()) measure_heights(row);
  return row;
}

void settle_single_heights(std::vector<Row>& rows) {
  for (Row& row : rows) {
    if (row.has_two_heights) continue;
    const float height = row.ascent;
    size_t as_x_height = 0, as_ascent = 0;
    for (const Row& other : rows) {
      if (!other.has_two_heights) continue;
      // Print nearby counts more.
      const size_t weight =
          other.letters.size() * (std::abs(other.baseline - row.baseline) < 6 * height ? 8 : 1);
      if (std::abs(other.x_height - height) < 0.13F * height) as_x_height += weight;
      if (std::abs(other.ascent - height) < 0.13F * height) as_ascent += weight;
    }
    if (as_x_height <= as_ascent) continue;
    row.x_height = height;
    row.ascent = kAscentPerXHeight * height;
    row.descent = std::max(row.descent, kDescentPerXHeight * height);
  }
}

}  // namespace ocrbatch::pipeline
