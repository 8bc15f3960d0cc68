#include "pipeline/layout/row_curve.h"

#include <cmath>

namespace ocrbatch::pipeline {
namespace {

// value = c[0] + c[1] t + c[2] t^2, t from -1 at the row's start to 1 at its end.
struct Parabola {
  cv::Vec3d c{0, 0, 0};
  double error_of_c2 = 0;  // standard deviation
  double at(double t) const { return c[0] + t * (c[1] + t * c[2]); }
};

// Least squares through the feet that lie near the curve as it is; descenders, quotation marks and dirt do
// not. False for few letters.
bool fit(const Row& row, Parabola& curve) {
  constexpr int kFewest = 14;
  constexpr float kLetter = 0.6F, kNear = 0.3F;  // in x-heights
  const float middle = 0.5F * (row.x0 + row.x1), half = std::max(1.0F, 0.5F * (row.x1 - row.x0));
  cv::Matx33d products = cv::Matx33d::zeros();
  cv::Vec3d sums(0, 0, 0);
  double squares = 0;
  int count = 0;
  for (const Letter& letter : row.letters) {
    if (letter.height() < kLetter * row.x_height) continue;
    const double t = (letter.middle() - middle) / half,
                 below = letter.bottom - row.baseline_at(letter.middle());
    if (std::abs(below - curve.at(t)) > kNear * row.x_height) continue;
    const cv::Vec3d powers(1, t, t * t);
    products += powers * powers.t();
    sums += below * powers;
    squares += below * below;
    ++count;
  }
  if (count < kFewest) return false;
  bool is_solved = false;
  const cv::Matx33d inverse = products.inv(cv::DECOMP_LU, &is_solved);
  if (!is_solved) return false;
  curve.c = inverse * sums;
  const double rest = std::max(0.0, squares - curve.c.dot(sums));
  curve.error_of_c2 = std::sqrt(rest / (count - 3) * inverse(2, 2));
  return true;
}

}  // namespace

RowCurve curve_of(const Row& row) {
  constexpr double kLeast = 0.08, kSure = 5;  // in x-heights; in standard deviations
  constexpr double kMost = 1;                 // in x-heights: more than that was no row
  Parabola curve;
  for (int round = 0; round < 2; ++round)
    if (!fit(row, curve)) return {};
  const double sag = std::abs(curve.c[2]);
  if (sag < kLeast * row.x_height || sag > kMost * row.x_height || sag < kSure * curve.error_of_c2) return {};
  return {static_cast<float>(curve.at(-1)), static_cast<float>(curve.at(1)), static_cast<float>(-curve.c[2])};
}

}  // namespace ocrbatch::pipeline
