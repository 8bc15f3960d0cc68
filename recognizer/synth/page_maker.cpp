#include "recognizer/synth/page_maker.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace ocrbatch::recognizer {
namespace {

constexpr double kMaxWidthPx = 3600;  // wider lines are set in smaller type
constexpr int kSubpixelBits = 4;

double log_uniform(const Range& range, Random& random) {
  return std::exp(random.uniform(std::log(range.lo), std::log(range.hi)));
}

// Draws in the line's own axes: x along the baseline, y upwards.
class Pen {
 public:
  Pen(cv::Mat& canvas, const LinePath& path) : canvas_(canvas), path_(path) {}

  cv::Point2d at(double x, double y) const {
    const double c = std::cos(path_.angle_radians), s = std::sin(path_.angle_radians);
    return {path_.origin_x + x * c - y * s, path_.origin_y - x * s - y * c};
  }
  void bar(double x0, double y0, double x1, double y1, double ink) {
    const cv::Point2d corners[] = {at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)};
    cv::Point points[4];
    for (int i = 0; i < 4; ++i) points[i] = fixed(corners[i]);
    cv::fillConvexPoly(canvas_, points, 4, cv::Scalar(255 * ink), cv::LINE_AA, kSubpixelBits);
  }
  void stroke(double x0, double y0, double x1, double y1, double width, double ink) {
    const double length = std::max(1e-3, std::hypot(x1 - x0, y1 - y0));
    const double nx = -(y1 - y0) / length * width / 2, ny = (x1 - x0) / length * width / 2;
    const cv::Point2d corners[] = {at(x0 + nx, y0 + ny), at(x1 + nx, y1 + ny), at(x1 - nx, y1 - ny),
                                   at(x0 - nx, y0 - ny)};
    cv::Point points[4];
    for (int i = 0; i < 4; ++i) points[i] = fixed(corners[i]);
    cv::fillConvexPoly(canvas_, points, 4, cv::Scalar(255 * ink), cv::LINE_AA, kSubpixelBits);
  }
  void dot(double x, double y, double radius) {
    cv::circle(canvas_, fixed(at(x, y)), static_cast<int>(std::lround(radius * (1 << kSubpixelBits))),
               cv::Scalar(255), cv::FILLED, cv::LINE_AA, kSubpixelBits);
  }

 private:
  // OpenCV's fixed-point coordinates have pixel centres at whole numbers, ours have them at +0.5.
  static cv::Point fixed(const cv::Point2d& p) {
    const double unit = 1 << kSubpixelBits;
    return {static_cast<int>(std::lround((p.x - 0.5) * unit)),
            static_cast<int>(std::lround((p.y - 0.5) * unit))};
  }
  cv::Mat& canvas_;
  LinePath path_;
};

TypeStyle choose_type(const Font& font, const DocumentStyle& style, double x_height, Random& random) {
  TypeStyle type;

  type.em_px = x_height / font.x_height;
  type.stretch = style.stretch.draw(random);
  type.weight_gain_px = style.weight_gain_share.draw(random) * x_height;
  type.letter_spacing_px = style.letter_spacing_share.draw(random) * x_height;
  type.word_spacing = style.word_spacing.draw(random) + type.letter_spacing_px / x_height;
  type.mark_space_px = style.mark_space.draw(random) * type.em_px;
  type.point_shift = style.point_shift.draw(random);
  type.gap_px = style.wide_gaps.draw(random) * x_height;
  type.gap_probability = type.gap_px > 0 ? random.uniform(0.1, 0.6) : 0;
  type.hinted = random.chance(style.hinted);
  type.jitter_px = style.glyph_jitter_share.draw(random) * x_height;
  type.glyph_fade = style.glyph_fade.draw(random);
  type.ligatures = random.chance(0.7);
  return type;
}

// What is ruled, drawn or dropped near the line. Distances are in x-heights (u).
void draw_surroundings(Pen& pen, const DocumentStyle& style, double width, double ascent, double descent,
                       double u, double margin, Random& random) {
  const double far_left = -margin - width, far_right = width * 2 + margin;
  if (const double thickness = style.underline.draw(random) * u; thickness > 0) {
    const bool whole = random.chance(0.6);
    const double x0 = whole ? 0 : random.uniform(0, width * 0.6);
    const double x1 = whole ? width : random.uniform(x0 + width * 0.2, width);
    const double y = -random.uniform(0.03, 0.4) * u;
    pen.bar(x0, y - thickness, x1, y, 1);
  }
  if (const double thickness = style.strike.draw(random) * u; thickness > 0) {
    const double x0 = random.uniform(0, width * 0.7), y = random.uniform(0.3, 0.6) * u;
    pen.bar(x0, y - thickness / 2, random.uniform(x0, width), y + thickness / 2, 1);
  }
  if (const double thickness = style.rule.draw(random) * u; thickness > 0) {
    const bool above = random.chance(0.5), both = random.chance(0.3);
    const double x0 = random.chance(0.6) ? far_left : random.uniform(-margin, width * 0.3);
    const double x1 = random.chance(0.6) ? far_right : random.uniform(width * 0.6, width + margin);
    if (above || both) {
      const double y = ascent + random.uniform(0.08, 0.8) * u;
      pen.bar(x0, y, x1, y + thickness, 1);
    }
    if (!above || both) {
      const double y = -descent - random.uniform(0.05, 0.8) * u;
      pen.bar(x0, y - thickness, x1, y, 1);
    }
  }
  if (const double thickness = style.box.draw(random) * u; thickness > 0) {
    const double left = -random.uniform(0.25, 1.2) * u, right = width + random.uniform(0.25, 1.2) * u;
    if (random.chance(0.8)) pen.bar(left - thickness, -descent - 3 * u, left, ascent + 3 * u, 1);
    if (random.chance(0.8)) pen.bar(right, -descent - 3 * u, right + thickness, ascent + 3 * u, 1);
  }
  if (const double reach = style.dark_edge.draw(random) * u; reach > 0) {
    const double gap = random.uniform(0.35, 1.5) * u;
    if (random.chance(0.5)) {
      pen.bar(-gap - reach - margin, -descent - 4 * u, -gap, ascent + 4 * u, random.uniform(0.6, 1));
    } else {
      pen.bar(width + gap, -descent - 4 * u, width + gap + reach + margin, ascent + 4 * u,
              random.uniform(0.6, 1));
    }
  }
  if (const double depth = style.picture.draw(random) * u; depth > 0) {
    const double x0 = random.uniform(-margin, width * 0.8), x1 = x0 + random.uniform(2, 30) * u;
    const double y = random.uniform(0.15, 0.8) * u, ink = random.uniform(0.3, 1);
    if (random.chance(0.5)) {
      pen.bar(x0, ascent + y, x1, ascent + y + depth, ink);
    } else {
      pen.bar(x0, -descent - y - depth, x1, -descent - y, ink);
    }
  }
  if (const double count = style.specks.draw(random); count > 0) {
    for (int i = 0; i < static_cast<int>(std::ceil(count)); ++i) {
      const double radius = (0.02 + 0.11 * random.uniform() * random.uniform()) * u;
      pen.dot(random.uniform(-margin, width + margin), random.uniform(-descent - u, ascent + u), radius);
    }
  }
  if (const double thickness = style.crossing.draw(random) * u; thickness > 0) {
    const double x0 = random.uniform(-margin, width), x1 = x0 + random.uniform(-6, 12) * u;
    pen.stroke(x0, ascent + 2 * u, x1, -descent - 2 * u, thickness, random.uniform(0.35, 0.9));
  }
}

kernels::LineGeometry geometry_of(const Pen& pen, double x0, double x1, double ascent, double descent,
                                  double x_height) {
  kernels::LineGeometry geometry;
  const cv::Point2d start = pen.at(x0, 0), end = pen.at(std::max(x1, x0 + 1), 0);
  geometry.baseline_start = {static_cast<float>(start.x), static_cast<float>(start.y)};
  geometry.baseline_end = {static_cast<float>(end.x), static_cast<float>(end.y)};
  geometry.ascent_px = static_cast<float>(std::max(1.0, ascent));
  geometry.descent_px = static_cast<float>(std::max(0.0, descent));
  geometry.x_height_px = static_cast<float>(x_height);
  return geometry;
}

}  // namespace

PagePatch make_page(const PageText& text, const DocumentStyle& style, Typesetter& typesetter,
                    Random& random) {
  const Font& font = *text.font;
  PagePatch patch;
  double u = log_uniform(style.x_height_px, random);
  TypeStyle type = choose_type(font, style, u, random);
  Random set_random = random;
  SetLine line = typesetter.set(text.line, type, set_random);
  if (line.width_px > kMaxWidthPx) {
    const double smaller = kMaxWidthPx / line.width_px;
    u *= smaller;
    type.em_px *= smaller;
    type.letter_spacing_px *= smaller;
    type.gap_px *= smaller;
    type.weight_gain_px *= smaller;
    type.jitter_px *= smaller;
    set_random = random;
    line = typesetter.set(text.line, type, set_random);
  }
  random = set_random;
  if (type.hinted) u = line.style.em_px * font.x_height;
  const double ascent = font.ascent * line.style.em_px, descent = font.descent * line.style.em_px;
  const double body = ascent + descent, width = line.width_px;

  LinePath path;
  path.length_px = width;
  const bool upright = type.hinted;
  const double degrees = style.skew_degrees.draw(random);
  path.angle_radians = upright ? 0 : degrees * std::numbers::pi / 180;
  const double bow = style.curl_share.draw(random) * u * (random.chance(0.5) ? 1 : -1);
  // A page curls over its whole width, so a short line shows little of it.
  path.bow_px = bow * std::min(1.0, width / (40 * u));
  path.end_scale = std::exp(style.perspective.draw(random) * (random.chance(0.5) ? 1 : -1) *
                            std::min(1.0, width / (40 * u)));

  // Paper around the line: enough for the cut and for its neighbours' ink to be told from the line's own.
  const double margin = random.uniform(0.5, 1.6) * u;
  const double rise = std::abs(width * std::sin(path.angle_radians)) + std::abs(path.bow_px);
  const double surplus = 0.62 * body + 2;
  path.origin_x = margin;
  path.origin_y =
      surplus + ascent + std::max(0.0, width * std::sin(path.angle_radians)) + std::max(0.0, path.bow_px);
  if (upright) path.origin_x = std::round(path.origin_x), path.origin_y = std::round(path.origin_y);
  const int rows = static_cast<int>(std::ceil(body + 2 * surplus + rise));
  const int columns = static_cast<int>(std::ceil(width * std::cos(path.angle_radians) + 2 * margin));
  patch.ink = cv::Mat(rows, columns, CV_8UC1, cv::Scalar(0));
  Pen pen(patch.ink, path);

  const cv::Rect2d box = typesetter.draw(line, path, random, patch.ink);
  if (box.width <= 0 || box.height <= 0) {
    patch.ink.release();
    return patch;
  }

  const double leading = style.leading.draw(random) * body;
  for (const bool above : {true, false}) {
    if (!random.chance(style.neighbours)) continue;
    const double distance = leading * random.uniform(0.98, 1.04) * (above ? 1 : -1);
    const SetLine neighbour = typesetter.set({{above ? text.above : text.below, &font, 1}}, type, random);
    LinePath beside = path;
    const double indent = random.chance(0.7) ? random.uniform(-0.3, 0.3) * u : random.uniform(-8, 8) * u;
    const cv::Point2d origin = pen.at(indent, distance);
    beside.origin_x = upright ? std::round(origin.x) : origin.x;
    beside.origin_y = upright ? std::round(origin.y) : origin.y;
    typesetter.draw(neighbour, beside, random, patch.ink);
  }
  draw_surroundings(pen, style, width, ascent, descent, u, margin, random);

  patch.x_height_px = u;
  const double x0 = box.x, x1 = box.x + box.width;
  patch.font_box = geometry_of(pen, x0, x1, ascent, descent, u);
  patch.ink_box = geometry_of(pen, x0, x1, box.y + box.height, -box.y, u);
  return patch;
}

}  // namespace ocrbatch::recognizer
