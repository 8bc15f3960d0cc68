#include "pipeline/layout/rows.h"

#include <algorithm>
#include <cmath>

namespace ocrbatch::pipeline {
namespace {

// Extents of Latin print as shares of the x-height.
constexpr float kXHeightPerCapital = 0.68F, kAscentPerXHeight = 1.45F, kDescentPerXHeight = 0.42F;

float quantile(std::vector<float> values, double share) {
  if (values.empty()) return 0;
  const auto place =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

bool from_left(const Letter& a, const Letter& b) {
  return std::tuple(a.x0, a.top, a.x1, a.bottom) < std::tuple(b.x0, b.top, b.x1, b.bottom);
}

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
  return quantile(std::move(slopes), 0.5);
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
    row.ascent = quantile(higher, 0.5);
  } else if (static_cast<float>(lower.size()) >= 0.2F * count) {
    row.x_height = quantile(lower, 0.5);
    row.ascent = usual;
  } else {
    row.has_two_heights = false;
    row.ascent = usual;
    row.x_height = kXHeightPerCapital * usual;
  }
  std::vector<float> tails;
  for (const float depth : depths)
    if (depth > 0.18F * row.x_height && depth < 0.8F * row.x_height) tails.push_back(depth);
  row.descent = std::max(0.25F * row.x_height,
                         tails.size() >= 2 ? quantile(tails, 0.5) : kDescentPerXHeight * row.x_height);
}

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

// Whether b, which starts right of a's start, stands in a's row.
bool continues(const Row& a, const Row& b) {
  const float low = std::min(a.x_height, b.x_height), high = std::max(a.x_height, b.x_height);
  if (high > 1.7F * low) return false;
  const float x = std::clamp(b.x0, a.x0, a.x1);
  const float gap = std::max(0.0F, b.x0 - a.x1);
  // A slope that is a little wrong leads astray over a distance: far pieces are compared level.
  const float expected = gap > 6 * high ? a.baseline_at(a.x1) : a.baseline_at(b.x0);
  const float off = std::abs(expected - b.baseline);
  if (off < 0.3F * high) return true;
  // Few letters may all have descenders or none on the baseline: there the zones decide.
  if (std::min(a.letters.size(), b.letters.size()) > 4) return false;
  const float a_top = a.baseline_at(x) - a.ascent, a_bottom = a.baseline_at(x) + a.descent;
  const float shared = std::min(a_bottom, b.bottom) - std::max(a_top, b.top);
  return gap < 3 * high && shared > 0.75F * (b.bottom - b.top) && off < 0.6F * high;
}

}  // namespace

Row fit_row(std::vector<Letter> letters) {
  std::sort(letters.begin(), letters.end(), from_left);
  Row row;
  row.letters = std::move(letters);
  find_extent(row);
  std::vector<float> heights;
  for (const Letter& letter : row.letters) heights.push_back(letter.height());
  const Straight line = fit_baseline(row.letters, quantile(heights, 0.5));
  row.slope = line.slope;
  row.baseline = line.at(row.x0);
  measure_heights(row);
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

std::vector<Row> join_rows(std::vector<Row> rows, float reach) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.x0, a.baseline) < std::tuple(b.x0, b.baseline);
  });
  // The open rows, by their last piece; a piece goes to the nearest one that it continues.
  std::vector<Row> joined;
  std::vector<int> by_height;  // of `joined`, by the level baseline
  for (Row& row : rows) {
    int best = -1;
    float best_cost = 1e9F;
    for (size_t i = 0; i < joined.size(); ++i) {
      if (std::abs(joined[i].baseline - row.baseline) > 3 * (joined[i].ascent + row.ascent)) continue;
      if (row.x0 - joined[i].x1 > reach * std::max(joined[i].x_height, row.x_height)) continue;
      if (!continues(joined[i], row)) continue;
      // Much ink beside much ink at the same place: two rows that touch, not one.
      const float common = joined[i].x1 - row.x0;
      if (common > 0.5F * (row.x1 - row.x0) && row.letters.size() > 3) continue;
      const float x = std::min(row.x0, joined[i].x1);
      const float cost =
          std::max(0.0F, row.x0 - joined[i].x1) + 4 * std::abs(joined[i].baseline_at(x) - row.baseline);
      if (cost < best_cost) best_cost = cost, best = static_cast<int>(i);
    }
    if (best < 0) {
      joined.push_back(std::move(row));
      continue;
    }
    std::vector<Letter> letters = std::move(joined[best].letters);
    letters.insert(letters.end(), row.letters.begin(), row.letters.end());
    joined[best] = fit_row(std::move(letters));
  }
  return joined;
}

void absorb_pieces(std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.letters.size(), a.baseline, a.x0) < std::tuple(b.letters.size(), b.baseline, b.x0);
  });
  for (size_t i = 0; i < rows.size(); ++i) {
    Row& piece = rows[i];
    const float x = 0.5F * (piece.x0 + piece.x1), height = piece.bottom - piece.top;
    // Wider than a space: a paragraph sign, a number and its point.
    constexpr float kReach = 2.5F;
    Row* home = nullptr;
    float most = 0.3F;
    for (size_t k = i + 1; k < rows.size(); ++k) {
      Row& row = rows[k];
      if (row.letters.size() < 2 * piece.letters.size() || height > 1.3F * row.height()) continue;
      if (piece.x0 < row.x0 - kReach * row.x_height || piece.x1 > row.x1 + kReach * row.x_height) continue;
      const float baseline = row.baseline_at(x);
      const float shared =
          std::min(baseline + row.descent, piece.bottom) - std::max(baseline - row.ascent, piece.top);
      if (shared > most * height) most = shared / height, home = &row;
    }
    if (home == nullptr) continue;
    home->letters.insert(home->letters.end(), piece.letters.begin(), piece.letters.end());
    std::sort(home->letters.begin(), home->letters.end(), from_left);
    const float start = home->x0;
    find_extent(*home);
    home->baseline -= home->slope * (start - home->x0);
    piece.letters.clear();
  }
  std::erase_if(rows, [](const Row& row) { return row.letters.empty(); });
}

void attach_marks(std::vector<Row>& rows, const std::vector<Letter>& marks) {
  // Near enough to follow a word, in x-heights; dashes stand further off.
  constexpr float kMarkReach = 0.9F, kDashReach = 2.2F;
  for (Row& row : rows) {
    const auto reach = [&](const Letter& mark) {
      const bool is_dash = mark.width() > 0.6F * row.x_height && mark.width() > 2 * mark.height();
      return (is_dash ? kDashReach : kMarkReach) * row.x_height;
    };
    std::vector<const Letter*> beside;
    for (const Letter& mark : marks) {
      const float x = mark.middle();
      const float baseline = row.baseline_at(std::clamp(x, row.x0, row.x1));
      const float y = 0.5F * (mark.top + mark.bottom);
      if (y > baseline - 1.1F * row.ascent && y < baseline + row.descent) beside.push_back(&mark);
    }
    std::sort(beside.begin(), beside.end(), [](const Letter* a, const Letter* b) { return a->x0 < b->x0; });
    for (const Letter* mark : beside)
      if (mark->x1 > row.x1 && mark->x0 < row.x1 + reach(*mark)) row.x1 = mark->x1;
    std::sort(beside.begin(), beside.end(), [](const Letter* a, const Letter* b) { return a->x1 > b->x1; });
    for (const Letter* mark : beside) {
      if (mark->x0 >= row.x0 || mark->x1 <= row.x0 - reach(*mark)) continue;
      row.baseline -= row.slope * (row.x0 - mark->x0);
      row.x0 = mark->x0;
    }
  }
}

bool looks_like_print(const Row& row, size_t specks, Surroundings surroundings) {
  const size_t count = row.letters.size();
  size_t on_baseline = 0, of_size = 0, bars = 0, wide = 0;
  for (const Letter& letter : row.letters) {
    const float off = letter.bottom - row.baseline_at(letter.middle());
    on_baseline += std::abs(off) < 0.25F * row.x_height;
    const float up = letter.height() - std::max(0.0F, off);
    of_size += up > 0.6F * row.x_height && up < 1.3F * row.ascent;
    bars += letter.height() > 4 * letter.width();
    wide += letter.width() > 8 * letter.height();
  }
  // Print has a dot or a comma for some letters, dirt has many specks for each piece that could be one.
  // Words may be one component: what counts as letters then is their length.
  const size_t letters = std::max(count, static_cast<size_t>(0.7F * (row.x1 - row.x0) / row.x_height));
  if (specks > 3 + 2 * letters) return false;
  if (count < 2) return wide == 0;
  if (count >= 6 && 10 * bars > 7 * count) return false;  // a barcode
  if (2 * wide > count) return false;                     // what is left of rules
  if (surroundings == Surroundings::kPicture)
    return count >= 4 && 4 * on_baseline >= 3 * count && 4 * of_size >= 3 * count && 3 * bars < count;
  // Print that is broken or faint has pieces of letters off the baseline; dirt is not all of one size.
  if (count >= 5 && 20 * of_size >= 17 * count && 3 * on_baseline >= count) return true;
  const size_t needed = specks > letters ? 7 : 6;
  return 10 * on_baseline >= needed * count && 2 * of_size >= count;
}

}  // namespace ocrbatch::pipeline
