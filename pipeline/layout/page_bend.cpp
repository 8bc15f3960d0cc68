#include "pipeline/layout/page_bend.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

constexpr std::size_t kStripes = 16;  // over the page's width, each with a slope of its own

// The slope of a row at a place of the page, from two letters of it.
struct LocalSlope {
  cv::Point2f place;
  float slope = 0;
};

// Letters some words apart, so that a descender weighs little; tilt taken off.
std::vector<LocalSlope> local_slopes(const std::vector<std::vector<Letter>>& chains, const Tilt& tilt) {
  constexpr std::size_t kApart = 8;
  std::vector<LocalSlope> slopes;
  for (const std::vector<Letter>& chain : chains) {
    for (std::size_t i = 0; i + kApart < chain.size(); ++i) {
      const Letter &a = chain[i], &b = chain[i + kApart];
      const float run = std::max(1.0F, b.middle() - a.middle());
      slopes.push_back({{0.5F * (a.middle() + b.middle()), 0.5F * (a.bottom + b.bottom)},
                        (b.bottom - a.bottom) / run - tilt.slope});
    }
  }
  return slopes;
}

// A curve over the page's width: its slope in each stripe, and how far chance may have turned that.
struct Curve {
  std::vector<float> slopes, errors;

  // From the slopes, at the stripes' edges; 0 in the middle of the page.
  std::vector<float> below(float stripe_px) const {
    std::vector<float> at_edges{0};
    for (const float slope : slopes) at_edges.push_back(at_edges.back() + slope * stripe_px);
    const float middle = at_edges[at_edges.size() / 2];
    for (float& value : at_edges) value -= middle;
    return at_edges;
  }
};

// How far the values leave the straight line that fits them best.
float sag_of(const std::vector<float>& values) {
  const double n = static_cast<double>(values.size()), x_mean = (n - 1) / 2;
  const double y_mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - x_mean;
    xx += x * x, xy += x * (values[i] - y_mean);
  }
  double sag = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sag = std::max(sag, std::abs(values[i] - y_mean - xy / xx * (static_cast<double>(i) - x_mean)));
  return static_cast<float>(sag);
}

// Nothing where more than half of the stripes have too few letters. The others are as `elsewhere` is there
// or, where that is not given, as those next to them.
std::optional<Curve> fit_curve(const std::vector<LocalSlope>& slopes, float stripe_px,
                               const Curve* elsewhere) {
  constexpr std::size_t kFewest = 12;
  std::vector<std::vector<float>> in_stripe(kStripes);
  for (const LocalSlope& local : slopes) {
    const float stripe = local.place.x / stripe_px;
    if (stripe >= 0 && stripe < static_cast<float>(kStripes))
      in_stripe[static_cast<std::size_t>(stripe)].push_back(local.slope);
  }
  Curve curve{std::vector<float>(kStripes), std::vector<float>(kStripes)};
  std::vector<std::size_t> known;
  for (std::size_t i = 0; i < kStripes; ++i) {
    if (in_stripe[i].size() < kFewest) continue;
    const float middle = median(in_stripe[i]);
    std::vector<float> away;
    for (const float slope : in_stripe[i]) away.push_back(std::abs(slope - middle));
    // Of the median of numbers that are spread normally. Those of one row overlap.
    constexpr float kDeviationOfMedian = 1.25F * 1.48F, kOverlapping = 1.3F;
    curve.slopes[i] = middle;
    curve.errors[i] = kOverlapping * kDeviationOfMedian * median(std::move(away)) /
                      std::sqrt(static_cast<float>(in_stripe[i].size()));
    known.push_back(i);
  }
  if (2 * known.size() < kStripes) return std::nullopt;
  for (std::size_t i = 0; i < kStripes; ++i) {
    if (in_stripe[i].size() >= kFewest) continue;
    const auto nearest = std::ranges::min(known, {}, [&](std::size_t k) { return k > i ? k - i : i - k; });
    curve.slopes[i] = elsewhere != nullptr ? elsewhere->slopes[i] : curve.slopes[nearest];
  }
  return curve;
}

// Whether the curve leaves another by more than what is lost on the recognizer, and than chance.
bool differs(const Curve& curve, const Curve& other, float stripe_px, float letter_px) {
  constexpr float kLeast = 0.15F, kSure = 2.5F;  // in letters' heights; in deviations
  Curve difference = curve;
  double squares = 0;
  for (std::size_t i = 0; i < kStripes; ++i) {
    difference.slopes[i] -= other.slopes[i];
    squares += static_cast<double>(curve.errors[i]) * curve.errors[i];
  }
  const float by_chance = 0.5F * stripe_px * static_cast<float>(std::sqrt(squares));
  return sag_of(difference.below(stripe_px)) > std::max(kLeast * letter_px, kSure * by_chance);
}

float between(const std::vector<float>& at_edges, float x, float width) {
  const auto stripes = static_cast<float>(at_edges.size() - 1);
  const float position = std::clamp(x / width, 0.0F, 1.0F) * stripes;
  const auto before = std::min(static_cast<std::size_t>(position), at_edges.size() - 2);
  return at_edges[before] +
         (position - static_cast<float>(before)) * (at_edges[before + 1] - at_edges[before]);
}

}  // namespace

PageBend::PageBend(const std::vector<std::vector<Letter>>& chains, const Tilt& tilt, const cv::Size& page,
                   float letter_px)
    : page_(page) {
  const float stripe_px = page_.width / kStripes, band_px = page_.height / kBands;
  const std::vector<LocalSlope> slopes = local_slopes(chains, tilt);
  const std::optional<Curve> whole = fit_curve(slopes, stripe_px, nullptr);
  if (!whole) return;
  const Curve straight{std::vector<float>(kStripes), std::vector<float>(kStripes)};
  const Curve usual = differs(*whole, straight, stripe_px, letter_px) ? *whole : straight;
  bool is_bent = false;
  std::vector<std::vector<float>> below;
  for (int band = 0; band < kBands; ++band) {
    // With half of its neighbours, so that one band goes over into the next.
    const float middle = (static_cast<float>(band) + 0.5F) * band_px;
    std::vector<LocalSlope> near;
    for (const LocalSlope& local : slopes)
      if (std::abs(local.place.y - middle) < band_px) near.push_back(local);
    const std::optional<Curve> own = fit_curve(near, stripe_px, &usual);
    const bool has_own = own && differs(*own, usual, stripe_px, letter_px);
    const Curve& curve = has_own ? *own : usual;
    is_bent = is_bent || differs(curve, straight, stripe_px, letter_px);
    below.push_back(curve.below(stripe_px));
  }
  if (is_bent) below_ = std::move(below);
}

float PageBend::below(const cv::Point2f& page) const {
  if (is_flat()) return 0;
  // Between the bands' middles.
  const float position =
      std::clamp(page.y / page_.height * kBands - 0.5F, 0.0F, static_cast<float>(kBands - 1));
  const auto upper = std::min(static_cast<std::size_t>(position), below_.size() - 2);
  const float in_upper = between(below_[upper], page.x, page_.width),
              in_lower = between(below_[upper + 1], page.x, page_.width);
  return in_upper + (position - static_cast<float>(upper)) * (in_lower - in_upper);
}

cv::Point2f PageBend::to_page(const cv::Point2f& flat) const {
  cv::Point2f page = flat;
  // How far rows bend changes slowly from row to row.
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) page.y = flat.y + below(page);
  return page;
}

void bend_lines(const PageBend& bend, std::vector<FoundLine>& lines) {
  if (bend.is_flat()) return;
  for (FoundLine& line : lines) {
    kernels::LineGeometry& geometry = line.geometry;
    const cv::Point2f start = geometry.baseline_start, along = geometry.baseline_end - start;
    const auto moved_by = [&](float share) {
      const cv::Point2f flat = start + share * along;
      return bend.to_page(flat).y - flat.y;
    };
    const float at_start = moved_by(0), at_end = moved_by(1);
    float least = std::min(at_start, at_end), most = std::max(at_start, at_end);
    for (int i = 1; i < kernels::kBendSteps; ++i) {
      const float share = static_cast<float>(i) / kernels::kBendSteps, moved = moved_by(share);
      geometry.bend_px[static_cast<std::size_t>(i - 1)] += moved - at_start - share * (at_end - at_start);
      least = std::min(least, moved), most = std::max(most, moved);
    }
    geometry.baseline_start.y += at_start;
    geometry.baseline_end.y += at_end;
    const cv::Rect box = line.box;
    line.box =
        cv::Rect(cv::Point(box.x, box.y + cvFloor(least)), cv::Point(box.br().x, box.br().y + cvCeil(most)));
  }
}

}  // namespace ocrbatch::pipeline
