#include "pipeline/layout/row_curve.h"

#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/layout/letters.h"

namespace ocrbatch::pipeline {
namespace {

// A letter's foot: its place along the row from -1 to 1, and how far below the straight baseline it is.
struct Foot {
  float t = 0, below = 0;
};

std::vector<Foot> feet_of(const Row& row, const RowCurve& curve) {
  constexpr float kLetter = 0.6F;  // in x-heights: marks and pieces are lower
  std::vector<Foot> feet;
  for (const Letter& letter : row.letters)
    if (letter.height() >= kLetter * row.x_height)
      feet.push_back({(letter.middle() - curve.middle) / curve.half,
                      letter.bottom - row.straight_baseline_at(letter.middle())});
  return feet;
}

// Whether the feet may follow a curve: those of some part of the row lie higher or lower than those of
// another, or mostly beside the straight baseline. Most rows do not, and need no closer look.
bool may_bend(const std::vector<Foot>& feet, float x_height) {
  constexpr int kParts = 6, kFewest = 3;
  constexpr float kNear = 0.35F, kEven = 0.1F;  // in x-heights
  int all[kParts] = {}, near[kParts] = {};
  float sums[kParts] = {};
  for (const Foot& foot : feet) {
    const int part = std::clamp(static_cast<int>((foot.t + 1) / 2 * kParts), 0, kParts - 1);
    ++all[part];
    if (std::abs(foot.below) > kNear * x_height) continue;
    ++near[part];
    sums[part] += foot.below;
  }
  float least = 1e9F, most = -1e9F;
  for (int part = 0; part < kParts; ++part) {
    if (all[part] < kFewest) continue;
    if (2 * near[part] < all[part]) return true;
    const float mean = sums[part] / static_cast<float>(near[part]);
    least = std::min(least, mean), most = std::max(most, mean);
  }
  return most - least > kEven * x_height;
}

// Where the feet around each foot are: descenders have little say.
std::vector<Foot> smoothed(const std::vector<Foot>& feet) {
  constexpr std::size_t kAround = 4;
  std::vector<Foot> result;
  float t[2 * kAround + 1], below[2 * kAround + 1];
  for (std::size_t i = 0; i < feet.size(); ++i) {
    const std::size_t first = i - std::min(i, kAround), end = std::min(feet.size(), i + kAround + 1),
                      count = end - first;
    for (std::size_t k = 0; k < count; ++k) t[k] = feet[first + k].t, below[k] = feet[first + k].below;
    std::nth_element(t, t + count / 2, t + count);
    std::nth_element(below, below + count / 2, below + count);
    result.push_back({t[count / 2], below[count / 2]});
  }
  return result;
}

// Least squares; false where the feet do not determine it.
bool fit(const std::vector<Foot>& feet, int terms, RowCurve& curve) {
  cv::Mat powers(static_cast<int>(feet.size()), terms, CV_64F),
      below(static_cast<int>(feet.size()), 1, CV_64F), found;
  for (int i = 0; i < powers.rows; ++i) {
    double power = 1;
    for (int k = 0; k < terms; ++k, power *= feet[static_cast<std::size_t>(i)].t)
      powers.at<double>(i, k) = power;
    below.at<double>(i) = feet[static_cast<std::size_t>(i)].below;
  }
  if (!cv::solve(powers, below, found, cv::DECOMP_NORMAL | cv::DECOMP_CHOLESKY)) return false;
  for (int k = 0; k < RowCurve::kTerms; ++k)
    curve.terms[k] = k < terms ? static_cast<float>(found.at<double>(k)) : 0;
  return true;
}

float value_at(const RowCurve& curve, const Foot& foot) {
  return curve.at(curve.middle + foot.t * curve.half);
}

// Those that lie near the curve: descenders, quotation marks and dirt do not.
std::vector<Foot> feet_near(const std::vector<Foot>& feet, const RowCurve& curve, float distance) {
  std::vector<Foot> near;
  for (const Foot& foot : feet)
    if (std::abs(foot.below - value_at(curve, foot)) < distance) near.push_back(foot);
  return near;
}

// How far the curve leaves the straight line between its ends.
float sag_of(const RowCurve& curve) {
  const float start = curve.at(curve.middle - curve.half), end = curve.at(curve.middle + curve.half);
  float sag = 0;
  for (int i = 1; i < 16; ++i) {
    const float share = static_cast<float>(i) / 16;
    sag = std::max(
        sag, std::abs(curve.at(curve.middle + (2 * share - 1) * curve.half) - start - share * (end - start)));
  }
  return sag;
}

double squares_of(const std::vector<Foot>& feet, const RowCurve& curve) {
  double squares = 0;
  for (const Foot& foot : feet) {
    const double off = foot.below - value_at(curve, foot);
    squares += off * off;
  }
  return squares;
}

// Whether the curve through the feet explains more of them than the straight line through them does, by more
// than chance (the F-test of nested least squares).
bool beats_straight_line(const std::vector<Foot>& feet, const RowCurve& curve, int terms) {
  constexpr double kSure = 15;
  RowCurve straight = curve;
  if (!fit(feet, 2, straight)) return false;
  const double rest = squares_of(feet, curve), explained = squares_of(feet, straight) - rest;
  return explained / (terms - 2) >
         kSure * rest / static_cast<double>(feet.size() - static_cast<std::size_t>(terms));
}

// Entries of a form stand each on a baseline of its own.
bool has_wide_gap(const std::vector<Foot>& feet, float widest) {
  for (std::size_t i = 1; i < feet.size(); ++i)
    if (feet[i].t - feet[i - 1].t > widest) return true;
  return false;
}

// More letters, more bends.
int terms_for(std::size_t letters) {
  constexpr std::size_t kFewest = 14, kForThird = 28, kForFourth = 44;
  return letters < kFewest ? 0 : letters < kForThird ? 3 : letters < kForFourth ? 4 : 5;
}

}  // namespace

RowCurve curve_of(const Row& row) {
  // In x-heights. What bends more was no row.
  constexpr float kNear = 0.25F, kLeast = 0.15F, kMost = 2, kWidestGap = 5;
  RowCurve curve;
  curve.middle = 0.5F * (row.x0 + row.x1), curve.half = std::max(1.0F, 0.5F * (row.x1 - row.x0));
  const std::vector<Foot> feet = feet_of(row, curve);
  if (!may_bend(feet, row.x_height)) return {};
  if (has_wide_gap(feet, kWidestGap * row.x_height / curve.half)) return {};
  if (terms_for(feet.size()) == 0 || !fit(smoothed(feet), terms_for(feet.size()), curve)) return {};
  std::vector<Foot> near = feet_near(feet, curve, kNear * row.x_height);
  const int terms = terms_for(near.size());
  if (terms == 0 || !fit(near, terms, curve)) return {};
  const float sag = sag_of(curve);
  if (sag < kLeast * row.x_height || sag > kMost * row.x_height || !beats_straight_line(near, curve, terms))
    return {};
  // A curve of dirt goes through fewer feet.
  return 3 * near.size() >= 2 * feet.size() ? curve : RowCurve{};
}

}  // namespace ocrbatch::pipeline
