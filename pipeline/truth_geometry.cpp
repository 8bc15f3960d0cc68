#include "pipeline/truth_geometry.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "kernels/line_ink.h"
#include "pipeline/layout/found_line.h"

namespace ocrbatch::pipeline {
namespace {

using kernels::LineGeometry;

cv::Rect bounding_box(const std::vector<io::Point>& outline, const cv::Size& page) {
  std::vector<cv::Point2f> points;
  for (const io::Point& point : outline)
    points.emplace_back(static_cast<float>(point.x), static_cast<float>(point.y));
  if (points.size() < 2) return {};
  double x0 = points[0].x, y0 = points[0].y, x1 = x0, y1 = y0;
  for (const cv::Point2f& point : points) {
    x0 = std::min<double>(x0, point.x);
    x1 = std::max<double>(x1, point.x);
    y0 = std::min<double>(y0, point.y);
    y1 = std::max<double>(y1, point.y);
  }
  const auto inside = [](double value, int end) { return std::clamp(value, 0.0, static_cast<double>(end)); };
  return {cv::Point(static_cast<int>(std::floor(inside(x0, page.width))),
                    static_cast<int>(std::floor(inside(y0, page.height)))),
          cv::Point(static_cast<int>(std::ceil(inside(x1, page.width))),
                    static_cast<int>(std::ceil(inside(y1, page.height))))};
}

// The box's pixels; outside a polygon there is paper.
cv::Mat cut_out(const cv::Mat& gray, const cv::Rect& box, const std::vector<io::Point>& outline) {
  cv::Mat pixels = gray(box);
  if (outline.size() < 3) return pixels;
  std::vector<cv::Point> corners;
  for (const io::Point& point : outline)
    corners.emplace_back(cvRound(point.x) - box.x, cvRound(point.y) - box.y);
  cv::Mat inside(box.size(), CV_8UC1, cv::Scalar(0));
  cv::fillPoly(inside, std::vector<std::vector<cv::Point>>{corners}, cv::Scalar(255));
  cv::Mat alone(box.size(), CV_8UC1,
                cv::Scalar(kernels::estimate_paper(pixels, {0, 0, pixels.cols, pixels.rows}).level));
  pixels.copyTo(alone, inside);
  return alone;
}

// A straight line through the points by least squares, as height at x = 0 and slope.
struct Straight {
  double at_zero = 0, slope = 0;
  double at(double x) const { return at_zero + slope * x; }
};
std::optional<Straight> fit_baseline(const std::vector<io::Point>& points) {
  if (points.size() < 2) return std::nullopt;
  double x_mean = 0, y_mean = 0, xx = 0, xy = 0;
  for (const io::Point& point : points) {
    x_mean += point.x / static_cast<double>(points.size());
    y_mean += point.y / static_cast<double>(points.size());
  }
  for (const io::Point& point : points) {
    xx += (point.x - x_mean) * (point.x - x_mean);
    xy += (point.x - x_mean) * (point.y - y_mean);
  }
  if (xx < 1) return std::nullopt;
  return Straight{y_mean - xy / xx * x_mean, xy / xx};
}

// Moves the baseline to where the file says it is; the tops and bottoms of the letters stay.
void move_to_baseline(const Straight& baseline, LineGeometry& geometry) {
  const float middle_x = 0.5F * (geometry.baseline_start.x + geometry.baseline_end.x);
  const float found = 0.5F * (geometry.baseline_start.y + geometry.baseline_end.y);
  const float down = static_cast<float>(baseline.at(middle_x)) - found;
  geometry.ascent_px += down;
  geometry.descent_px = std::max(0.0F, geometry.descent_px - down);
  if (geometry.x_height_px > 0) geometry.x_height_px = std::max(0.0F, geometry.x_height_px + down);
  for (cv::Point2f* end : {&geometry.baseline_start, &geometry.baseline_end})
    end->y = static_cast<float>(baseline.at(end->x));
}

// The ink inside the line's outline, and its geometry.
FoundLine measure(const cv::Mat& gray, const cv::Rect& box, const io::TruthLine& truth) {
  FoundLine line;
  LineGeometry& geometry = line.geometry;
  geometry = kernels::find_line_geometry(cut_out(gray, box, truth.outline));
  const cv::Point2f origin = box.tl();
  geometry.baseline_start += origin;
  geometry.baseline_end += origin;
  if (const auto baseline = fit_baseline(truth.baseline)) move_to_baseline(*baseline, geometry);
  if (truth.ascent > 0) {
    geometry.ascent_px = static_cast<float>(truth.ascent);
    geometry.descent_px = static_cast<float>(truth.descent);
    geometry.x_height_px = static_cast<float>(truth.x_height);
  }
  const auto [high, low] = std::minmax(geometry.baseline_start.y, geometry.baseline_end.y);
  line.box = cv::Rect(cv::Point(cvFloor(geometry.baseline_start.x), cvFloor(high - geometry.ascent_px)),
                      cv::Point(cvCeil(geometry.baseline_end.x), cvCeil(low + geometry.descent_px)));
  line.block = truth.block;
  return line;
}

}  // namespace

std::vector<std::optional<LineGeometry>> truth_geometries(const cv::Mat& gray, const io::TruthPage& page) {
  std::vector<FoundLine> lines;
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    const io::TruthLine& truth = page.lines[i];
    const cv::Rect box = bounding_box(truth.outline, gray.size());
    if (truth.vertical || box.width < 2 || box.height < 3) continue;
    lines.push_back(measure(gray, box, truth));
    numbers.push_back(i);
  }
  settle_geometries(lines);
  std::vector<std::optional<LineGeometry>> geometries(page.lines.size());
  for (std::size_t k = 0; k < lines.size(); ++k) geometries[numbers[k]] = lines[k].geometry;
  return geometries;
}

}  // namespace ocrbatch::pipeline
