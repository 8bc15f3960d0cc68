#include "pipeline/layout/columns.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "pipeline/layout/fit_row.h"
#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

// Lengths in x-heights. A gutter is at least this wide after all rows have had their share of it; spaces of
// justified print are as wide, but do not lie above each other.
constexpr float kNarrowest = 0.9F;
// Newspapers leave less between their columns. Spaces never lie above each other in as many rows.
constexpr float kNarrowestOfManyRows = 0.6F, kAsWideAsSpaces = 0.6F;
constexpr int kVeryManyRows = 12;
// This wide, few rows are evidence enough.
constexpr float kWide = 2.0F;
constexpr int kFewRows = 3, kManyRows = 6;
// In spaces between words: what justified print reaches now and then, and seldom.
constexpr float kWiderThanSpaces = 1.4F, kMuchWiderThanSpaces = 2.5F;
// No space between words is wider: what follows is another line.
constexpr float kWidestSpace = 12.0F;
// Blank height over which a gutter still continues.
constexpr float kReachDown = 6.0F;
// Print this near to a gutter stands beside it.
constexpr float kBeside = 8.0F;

struct Stripe {
  float x0, x1;
  float width() const { return x1 - x0; }
};

// The white stripes of a row from left to right, the margins included.
std::vector<Stripe> stripes_of(const Row& row) {
  std::vector<Stripe> stripes;
  float end = -1e6F;
  for (const Letter& letter : row.letters) {
    if (letter.x0 - end >= 0.5F * row.x_height) stripes.push_back({end, letter.x0});
    end = std::max(end, letter.x1);
  }
  stripes.push_back({std::max(end, row.x1), 1e6F});
  return stripes;
}

struct Common {
  Stripe stripe;  // of the row
  Stripe shared;  // its part of what was wanted
};

Common widest_common(const std::vector<Stripe>& stripes, const Stripe& wanted) {
  Common best{{0, 0}, {0, 0}};
  for (const Stripe& stripe : stripes) {
    const Stripe shared{std::max(stripe.x0, wanted.x0), std::min(stripe.x1, wanted.x1)};
    if (shared.width() > best.shared.width()) best = {stripe, shared};
  }
  return best;
}

// The usual space between words of a row; that of other print when the row has too few.
float usual_space(const Row& row, const std::vector<Stripe>& stripes) {
  std::vector<float> spaces;
  for (const Stripe& stripe : stripes)
    if (stripe.x0 >= row.x0 && stripe.x1 <= row.x1) spaces.push_back(stripe.width());
  if (spaces.size() < 4) return 0.6F * row.x_height;
  return median(std::move(spaces));
}

struct Support {
  int left = 0, right = 0;
  std::vector<float> spaces;  // of the rows on both sides
};

// Follows a stripe from row to row, up or down, and narrows it.
void follow(const std::vector<Row>& rows, const std::vector<std::vector<Stripe>>& stripes, int from, int step,
            float narrowest, Gutter& gutter, Support& support) {
  const float size = rows[from].x_height;
  float last = rows[from].baseline;
  for (int i = from + step; i >= 0 && i < static_cast<int>(rows.size()); i += step) {
    const Row& row = rows[i];
    if (std::abs(row.baseline - last) > kReachDown * size) break;
    if (row.x1 < gutter.x0 - kBeside * size || row.x0 > gutter.x1 + kBeside * size) continue;
    const auto [stripe, common] = widest_common(stripes[i], {gutter.x0, gutter.x1});
    if (common.width() < narrowest * std::max(size, 0.5F * row.x_height)) break;
    gutter.x0 = common.x0;
    gutter.x1 = common.x1;
    gutter.top = std::min(gutter.top, row.baseline - row.ascent);
    gutter.bottom = std::max(gutter.bottom, row.baseline + row.descent);
    last = row.baseline;
    const bool has_left = stripe.x0 > common.x0 - kBeside * size;
    const bool has_right = stripe.x1 < common.x1 + kBeside * size;
    support.left += has_left;
    support.right += has_right;
    if (has_left && has_right) support.spaces.push_back(usual_space(row, stripes[i]));
  }
}

bool is_known(const std::vector<Gutter>& gutters, const Row& row, const Stripe& stripe) {
  return std::any_of(gutters.begin(), gutters.end(), [&](const Gutter& gutter) {
    return gutter.top <= row.baseline && gutter.bottom >= row.baseline && gutter.x0 >= stripe.x0 &&
           gutter.x1 <= stripe.x1;
  });
}

// The gutter that a row's stripe is part of, nowhere narrower than that many x-heights; none without the
// evidence.
std::optional<Gutter> gutter_through(const std::vector<Row>& rows,
                                     const std::vector<std::vector<Stripe>>& stripes, int from,
                                     const Stripe& stripe, float narrowest) {
  const Row& row = rows[from];
  if (stripe.width() < narrowest * row.x_height) return std::nullopt;
  Gutter gutter{stripe.x0, stripe.x1, row.baseline - row.ascent, row.baseline + row.descent};
  Support support{1, 1, {usual_space(row, stripes[from])}};
  for (const int step : {1, -1}) follow(rows, stripes, from, step, narrowest, gutter, support);
  const int both = std::min(support.left, support.right);
  const float width = (gutter.x1 - gutter.x0) / row.x_height;
  const float space = median(support.spaces) / row.x_height;
  if (both >= kVeryManyRows && width >= kAsWideAsSpaces * space) return gutter;
  if (narrowest < kNarrowest || width < kWiderThanSpaces * space) return std::nullopt;
  const bool is_wide = width >= std::max(kWide, kMuchWiderThanSpaces * space);
  if (both < (is_wide ? kFewRows : kManyRows)) return std::nullopt;
  return gutter;
}

// A part of a row: how long it is in x-heights, and the widest white in it.
struct Length {
  float length = 0, widest_gap = 0;
};

// Adds what of the row lies between x0 and x1, if anything does.
void measure(const Row& row, float x0, float x1, std::vector<Length>& lengths) {
  float start = 0, end = 0, widest_gap = 0;
  bool found = false;
  for (const Letter& letter : row.letters) {
    if (letter.x0 < x0 - 1 || letter.x1 > x1 + 1) continue;
    if (found) widest_gap = std::max(widest_gap, letter.x0 - end);
    start = found ? start : letter.x0;
    end = found ? std::max(end, letter.x1) : letter.x1;
    found = true;
  }
  if (found) lengths.push_back({(end - start) / row.x_height, widest_gap / row.x_height});
}

// The share of full lines without wide gaps among `lines`, from top to bottom. Of running text most lines
// are, and of 20 letters and longer; entries of tables and labels of forms are not.
float share_of_full_lines(const std::vector<Length>& lines) {
  constexpr int kFewest = 4;
  constexpr float kShortest = 16, kFull = 0.75F, kWidestGap = 4;
  // Full is what is as long as the lines around it: a picture may make some of a column's lines shorter.
  constexpr int kAround = 3;
  const int count = static_cast<int>(lines.size());
  if (count < kFewest) return 0;
  int full = 0;
  for (int i = 0; i < count; ++i) {
    float longest = 0;
    for (int k = std::max(0, i - kAround); k <= std::min(count - 1, i + kAround); ++k)
      longest = std::max(longest, lines[k].length);
    full += lines[i].length > std::max(kShortest, kFull * longest) && lines[i].widest_gap < kWidestGap;
  }
  return static_cast<float>(full) / static_cast<float>(count);
}

// Whether the lines of the two sides have each a step of their own instead of standing level, as the rows of
// a table do: often beside each other and not level, and often where the other side has none. What is typed
// into a form is not level with its labels either, but always beside one.
bool are_out_of_step(const std::vector<Row>& rows, const Gutter& gutter) {
  constexpr float kNear = 15, kBesideEachOther = 0.8F;  // x-heights
  constexpr int kFewest = 3;
  std::vector<const Row*> left, right;
  int level = 0;
  for (const Row& row : rows) {
    if (row.baseline < gutter.top || row.baseline - row.ascent > gutter.bottom) continue;
    bool has_left = false, has_right = false;
    for (const Letter& letter : row.letters) {
      has_left |= letter.x1 <= gutter.x0 + 1 && letter.x1 > gutter.x0 - kNear * row.x_height;
      has_right |= letter.x0 >= gutter.x1 - 1 && letter.x0 < gutter.x1 + kNear * row.x_height;
    }
    if (has_left && has_right)
      ++level;
    else if (has_left || has_right)
      (has_left ? left : right).push_back(&row);
  }
  const auto have_one_beside = [&](const std::vector<const Row*>& some,
                                   const std::vector<const Row*>& others) {
    return static_cast<int>(std::count_if(some.begin(), some.end(), [&](const Row* a) {
      return std::any_of(others.begin(), others.end(), [&](const Row* b) {
        return std::abs(a->baseline - b->baseline) < kBesideEachOther * std::max(a->x_height, b->x_height);
      });
    }));
  };
  const int beside = std::min(have_one_beside(left, right), have_one_beside(right, left));
  const int alone = static_cast<int>(std::min(left.size(), right.size())) - beside;
  return beside >= kFewest && 4 * alone >= beside && beside + alone >= level;
}

// What stands on either side of a gutter.
struct Sides {
  float full_left = 0, full_right = 0;  // shares of full lines
  bool are_out_of_step = false;
  float x_height = 0;

  // Running text, or lines out of step. Below the text of one side there may be a table beside text of the
  // other.
  bool are_columns(float least_sum) const {
    return (std::min(full_left, full_right) >= 0.25F && full_left + full_right >= least_sum) ||
           are_out_of_step;
  }
};

// `others` bound them.
Sides sides_of(const std::vector<Row>& rows, const Gutter& gutter, const std::vector<Gutter>& others) {
  std::vector<Length> left, right;
  std::vector<float> x_heights;
  for (const Row& row : rows) {
    if (row.baseline < gutter.top || row.baseline - row.ascent > gutter.bottom) continue;
    float start = row.x0, end = row.x1;
    for (const Gutter& other : others) {
      if (row.baseline < other.top || row.baseline > other.bottom) continue;
      if (other.x1 <= gutter.x0) start = std::max(start, other.x1);
      if (other.x0 >= gutter.x1) end = std::min(end, other.x0);
    }
    x_heights.push_back(row.x_height);
    measure(row, start, std::min(end, gutter.x0), left);
    measure(row, std::max(start, gutter.x1), end, right);
  }
  return {share_of_full_lines(left), share_of_full_lines(right), are_out_of_step(rows, gutter),
          median(std::move(x_heights))};
}

// Whether one goes on where the other ends, behind some blank height.
bool continues(const Gutter& upper, const Gutter& lower, float x_height) {
  constexpr float kMostBlank = 15;
  return std::min(upper.x1, lower.x1) - std::max(upper.x0, lower.x0) > 0 && lower.top >= upper.bottom &&
         lower.top - upper.bottom < kMostBlank * x_height;
}

// Columns of one text go on above and below each other: a gutter that continues one takes less to be one.
void tell_columns(const std::vector<Row>& rows, std::vector<Gutter>& gutters) {
  constexpr float kSum = 1, kContinued = 0.7F;
  std::vector<Sides> sides;
  for (const Gutter& gutter : gutters) sides.push_back(sides_of(rows, gutter, gutters));
  for (std::size_t i = 0; i < gutters.size(); ++i) gutters[i].is_between_columns = sides[i].are_columns(kSum);
  const std::vector<Gutter> alone = gutters;
  for (std::size_t i = 0; i < gutters.size(); ++i) {
    for (std::size_t k = 0; k < gutters.size(); ++k) {
      const float x_height = std::max(sides[i].x_height, sides[k].x_height);
      if (alone[k].is_between_columns &&
          (continues(alone[k], alone[i], x_height) || continues(alone[i], alone[k], x_height)))
        gutters[i].is_between_columns = sides[i].are_columns(kContinued);
    }
  }
}

}  // namespace

std::vector<Gutter> find_gutters(const std::vector<Row>& unsorted) {
  std::vector<Row> rows = unsorted;
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.baseline < b.baseline; });
  std::vector<std::vector<Stripe>> stripes;
  for (const Row& row : rows) stripes.push_back(stripes_of(row));
  std::vector<Gutter> gutters;
  for (int i = 0; i < static_cast<int>(rows.size()); ++i) {
    for (const Stripe& stripe : stripes[i]) {
      if (stripe.x0 < rows[i].x0 || stripe.x1 > rows[i].x1 || is_known(gutters, rows[i], stripe)) continue;
      std::optional<Gutter> gutter = gutter_through(rows, stripes, i, stripe, kNarrowest);
      if (!gutter) gutter = gutter_through(rows, stripes, i, stripe, kNarrowestOfManyRows);
      if (gutter) gutters.push_back(*gutter);
    }
  }
  tell_columns(rows, gutters);
  return gutters;
}

bool parts_rows(const std::vector<Gutter>& gutters, const Row& left, const Row& right) {
  return std::any_of(gutters.begin(), gutters.end(), [&](const Gutter& gutter) {
    const float middle = 0.5F * (gutter.x0 + gutter.x1);
    return gutter.is_between_columns && left.x0 + left.x1 < 2 * middle && right.x0 + right.x1 > 2 * middle &&
           left.baseline >= gutter.top && left.baseline - left.ascent <= gutter.bottom;
  });
}

std::vector<RowPart> split_rows(const std::vector<Row>& rows, const std::vector<Gutter>& gutters) {
  std::vector<RowPart> parts;
  int unit = 0;
  for (const Row& row : rows) {
    std::vector<Letter> letters;
    float end = row.letters.front().x1;
    const auto finish = [&] {
      std::erase_if(letters, [](const Letter& letter) { return letter.is_leader; });
      if (letters.empty()) return;
      Row line = fit_row(std::move(letters));
      // A part of a few letters tells its size less well than the row does.
      if (std::abs(line.x_height - row.x_height) < 0.3F * row.x_height || !line.has_two_heights) {
        if (line.ascent < 1.15F * row.ascent && line.ascent > 0.6F * row.ascent) {
          line.x_height = row.x_height;
          line.ascent = row.ascent;
          line.descent = row.descent;
          line.has_two_heights = row.has_two_heights;
        }
      }
      parts.push_back({std::move(line), unit});
      letters.clear();
    };
    for (const Letter& letter : row.letters) {
      const float gap = letter.x0 - end;
      const bool wide = gap > kWidestSpace * row.x_height;
      bool between_columns = false;
      if (gap > 0.5F * kNarrowest * row.x_height) {
        for (const Gutter& gutter : gutters) {
          if (row.baseline < gutter.top || row.baseline - row.ascent > gutter.bottom) continue;
          if (gutter.x0 < end - 1 || gutter.x1 > letter.x0 + 1) continue;
          between_columns |= gutter.is_between_columns;
        }
      }
      if (wide || between_columns) finish();
      if (between_columns) ++unit;
      letters.push_back(letter);
      end = std::max(end, letter.x1);
    }
    finish();
    ++unit;
  }
  return parts;
}

}  // namespace ocrbatch::pipeline
