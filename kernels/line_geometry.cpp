// find_line_geometry: the baseline and the extents of an image that is one line.
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "kernels/line_ink.h"
#include "kernels/line_preparation.h"

namespace ocrbatch::kernels {
namespace {

// Extents of Latin print as shares of the x-height or of the height of capitals.
constexpr float kAscentPerXHeight = 1.45F;
constexpr float kXHeightPerCapital = 0.68F;
constexpr float kDescentPerAscent = 0.28F;

// Rows of ink of one column segment, and where that segment's centre is.
struct Segment {
  float centre_x = 0;
  std::vector<float> ink;  // pixels per row
};

std::vector<Segment> segment_profiles(const cv::Mat& ink, const cv::Rect& box) {
  const int width = std::max(4, box.height / 2);
  const int count = std::max(1, box.width / width);
  std::vector<Segment> segments(count);
  for (int i = 0; i < count; ++i) {
    const int x0 = box.x + static_cast<int>(static_cast<int64_t>(i) * box.width / count);
    const int x1 = box.x + static_cast<int>(static_cast<int64_t>(i + 1) * box.width / count);
    cv::Mat rows;
    cv::reduce(ink.colRange(x0, x1), rows, 1, cv::REDUCE_SUM, CV_32F);
    segments[i].centre_x = 0.5F * (x0 + x1);
    segments[i].ink.assign(rows.begin<float>(), rows.end<float>());
  }
  return segments;
}

// The ink per row along lines of this slope (downward per pixel to the right) through the middle of the
// image.
std::vector<float> sheared_profile(const std::vector<Segment>& segments, float slope, float middle_x) {
  const int rows = static_cast<int>(segments[0].ink.size());
  std::vector<float> profile(rows, 0.0F);
  for (const Segment& segment : segments) {
    const int shift = static_cast<int>(std::lround(slope * (segment.centre_x - middle_x)));
    for (int y = std::max(0, -shift); y < std::min(rows, rows - shift); ++y)
      profile[y] += segment.ink[y + shift];
  }
  return profile;
}

// Text has dense rows with sharp borders when one looks along it.
float sharpness(const std::vector<float>& profile) {
  float sum = 0;
  for (size_t y = 1; y < profile.size(); ++y)
    sum += (profile[y] - profile[y - 1]) * (profile[y] - profile[y - 1]);
  return sum;
}

float find_slope(const std::vector<Segment>& segments, const cv::Rect& box) {
  if (box.width < 3 * box.height) return 0;  // too few letters to tell slope from shape
  const float middle = box.x + 0.5F * box.width;
  const float step = 0.5F / box.width * 2;  // half a row at the ends
  const float most = std::min(0.06F, 0.7F * box.height / box.width);
  float best_slope = 0, best = 1.05F * sharpness(sheared_profile(segments, 0, middle));
  for (float slope = -most; slope <= most; slope += step) {
    const float score = sharpness(sheared_profile(segments, slope, middle));
    if (score > best) {
      best = score;
      best_slope = slope;
    }
  }
  return best_slope;
}

struct Band {
  float x_top = 0, baseline = 0;  // rows
  float ink = 0;                  // a row, on average
};

// The band between the top of x and the baseline: the stretch of rows with the steepest rise at its top and
// the steepest fall at its bottom.
Band find_band(const std::vector<float>& profile) {
  const int rows = static_cast<int>(profile.size());
  std::vector<double> sum(rows + 1, 0);
  for (int y = 0; y < rows; ++y) sum[y + 1] = sum[y] + profile[y];
  const int reach = std::max(1, rows / 12);
  // Mean ink just below a border minus mean ink just above it; outside the image there is paper.
  const auto rise = [&](int border) {
    const double above = sum[border] - sum[std::max(0, border - reach)];
    const double below = sum[std::min(rows, border + reach)] - sum[border];
    return (below - above) / reach;
  };
  Band best{0, static_cast<float>(rows), 0};
  double best_score = -1;
  for (int top = 0; top < rows; ++top) {
    for (int bottom = top + std::max(3, rows / 6); bottom <= rows; ++bottom) {
      const double inside = (sum[bottom] - sum[top]) / (bottom - top);
      const double share = (sum[bottom] - sum[top]) / std::max(1.0, sum[rows]);
      const double score = (rise(top) - rise(bottom) + inside) * std::sqrt(share);
      if (score > best_score) {
        best_score = score;
        best = {static_cast<float>(top), static_cast<float>(bottom), static_cast<float>(inside)};
      }
    }
  }
  return best;
}

LineGeometry whole_image(const cv::Mat& image) {
  LineGeometry geometry;
  const float baseline = 0.78F * image.rows;
  geometry.baseline_start = {0, baseline};
  geometry.baseline_end = {static_cast<float>(image.cols), baseline};
  geometry.ascent_px = baseline;
  geometry.descent_px = image.rows - baseline;
  return geometry;
}

struct Component {
  cv::Rect box;
  int area = 0;  // pixels
};

struct CleanInk {
  cv::Mat ink;
  std::vector<Component> components;
};

// Ink without specks, and without what hangs in from the upper and lower edge only (other lines' letters).
CleanInk clean_ink(const cv::Mat& ink) {
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(ink, labels, stats, centroids, 8, CV_32S);
  const int smallest = std::max(2, static_cast<int>(0.02F * ink.rows * 0.02F * ink.rows));
  std::vector<uchar> keep(count, 255);
  keep[0] = 0;
  CleanInk clean;
  for (int i = 1; i < count; ++i) {
    const int* row = stats.ptr<int>(i);
    const cv::Rect box(row[cv::CC_STAT_LEFT], row[cv::CC_STAT_TOP], row[cv::CC_STAT_WIDTH],
                       row[cv::CC_STAT_HEIGHT]);
    const bool hangs_in =
        (box.y == 0 && box.br().y < 0.3F * ink.rows) || (box.br().y == ink.rows && box.y > 0.7F * ink.rows);
    if (row[cv::CC_STAT_AREA] < smallest || hangs_in)
      keep[i] = 0;
    else
      clean.components.push_back({box, row[cv::CC_STAT_AREA]});
  }
  clean.ink.create(ink.size(), CV_8UC1);
  for (int y = 0; y < ink.rows; ++y) {
    const int* label = labels.ptr<int>(y);
    uchar* out = clean.ink.ptr<uchar>(y);
    for (int x = 0; x < ink.cols; ++x) out[x] = keep[label[x]];
  }
  return clean;
}

// The ink of an image that is one line, looked at along its slope.
struct LineInk {
  std::vector<float> profile;  // a row
  std::vector<Component> components;
  float slope = 0, middle_x = 0;

  // Another line fills less of the image than this one.
  float most_cut_px() const { return 0.45F * profile.size(); }

  // Pixels of components that lie wholly above (step -1) or below (step 1) a row.
  float apart_from(int row, int step) const {
    float pixels = 0;
    for (const Component& component : components) {
      const float shift = slope * (component.box.x + 0.5F * component.box.width - middle_x);
      const float top = component.box.y - shift, bottom = component.box.br().y - shift;
      if (step < 0 ? bottom <= row + 1 : top >= row) pixels += component.area;
    }
    return pixels;
  }
};

// Where the line ends that a band belongs to: `from` is the band's border, `step` leads away from it, `edge`
// is the last row with ink. Beyond the line's own ascenders or descenders, `own` band heights, ink gets less;
// where there is more of it again behind a valley, and in pieces of its own, another line has been cut into.
// Nearer by, that takes a good part of the band's own ink: accents and the dots of i have a valley, too.
int end_of_line(const LineInk& line, int from, int edge, int step, const Band& band, float own) {
  constexpr float kNearest = 0.1F, kFarthest = 1.15F;               // valleys, in band heights
  constexpr float kOtherLineBeyond = 0.03F, kOtherLineNear = 0.2F;  // shares of the band's ink
  constexpr float kApart = 0.5F;                                    // share of what is beyond the valley
  const std::vector<float>& profile = line.profile;
  const float height = band.baseline - band.x_top;
  const int nearest = std::max(1, static_cast<int>(kNearest * height));
  const int farthest = std::max(nearest, static_cast<int>(kFarthest * height));
  const int rows = std::abs(edge - from);
  if (rows <= nearest) return edge;
  int valley = from + step * nearest;
  for (int distance = nearest; distance <= std::min(farthest, rows); ++distance)
    if (profile[from + step * distance] < profile[valley]) valley = from + step * distance;
  float most = 0, beyond = 0;
  for (int row = valley; row != edge; row += step) {
    most = std::max(most, profile[row + step]);
    beyond += profile[row + step];
  }
  const float share = rows > own * height ? kOtherLineBeyond : kOtherLineNear;
  if (most <= profile[valley] + share * band.ink || std::abs(edge - valley) > line.most_cut_px()) return edge;
  return line.apart_from(valley, step) > kApart * beyond ? valley : edge;
}

}  // namespace

LineGeometry find_line_geometry(const cv::Mat& image) {
  if (image.empty()) return {};
  const PaperEstimate paper = estimate_paper(image, {0, 0, image.cols, image.rows});
  cv::Mat darkness(image.size(), CV_8UC1);
  measure_ink(image, paper.inverted).darken(image, darkness);
  const cv::Mat all_ink = darkness > kInkDarkness;
  CleanInk clean = clean_ink(all_ink);
  cv::Mat& ink = clean.ink;
  cv::Rect box = cv::boundingRect(ink);
  if (box.empty()) {
    ink = all_ink;
    box = cv::boundingRect(ink);
  }
  if (box.width < 1 || box.height < 2) return whole_image(image);

  cv::Mat ones = ink / 255;
  const std::vector<Segment> segments = segment_profiles(ones, box);
  const float slope = find_slope(segments, box);
  const float middle_x = box.x + 0.5F * box.width;
  const std::vector<float> sheared = sheared_profile(segments, slope, middle_x);
  // Rows with ink, a stray pixel aside.
  const float least = std::max(0.5F, 0.002F * box.width);
  int first = 0, last = static_cast<int>(sheared.size());
  while (first < last && sheared[first] < least) ++first;
  while (last > first && sheared[last - 1] < least) --last;
  if (last - first < 2) return whole_image(image);

  // A letter or digit by itself has no zones: it is taken to stand on the baseline.
  const bool is_single = box.width < last - first;
  int top = first, bottom = last;
  Band band{static_cast<float>(first), static_cast<float>(last)};
  if (!is_single) {
    band = find_band({sheared.begin() + first, sheared.begin() + last});
    band.x_top += first;
    band.baseline += first;
    constexpr float kOwnAbove = 1.1F, kOwnBelow = 0.75F;
    const LineInk line{sheared, std::move(clean.components), slope, middle_x};
    top = end_of_line(line, static_cast<int>(band.x_top), first, -1, band, kOwnAbove);
    bottom = end_of_line(line, static_cast<int>(band.baseline) - 1, last - 1, 1, band, kOwnBelow) + 1;
  }
  const float baseline = band.baseline, band_height = band.baseline - band.x_top;
  const float ink_ascent = baseline - top, ink_descent = bottom - baseline;

  LineGeometry geometry;
  const float half = 0.5F * box.width;
  geometry.baseline_start = {middle_x - half, baseline - slope * half};
  geometry.baseline_end = {middle_x + half, baseline + slope * half};
  const bool has_ascenders = ink_ascent > 1.2F * band_height;
  const bool has_descenders = ink_descent > 0.25F * band_height;
  // A band that fills the line from top to bottom is one of capitals or digits; lower-case letters without a
  // single ascender do come with tails.
  const bool capitals = !has_ascenders && !has_descenders;
  geometry.x_height_px = capitals ? kXHeightPerCapital * band_height : band_height;
  geometry.ascent_px = capitals ? ink_ascent : std::max(ink_ascent, kAscentPerXHeight * band_height);
  geometry.descent_px = std::max(ink_descent, kDescentPerAscent * geometry.ascent_px);
  return geometry;
}

}  // namespace ocrbatch::kernels
