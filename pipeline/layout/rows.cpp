#include "pipeline/layout/rows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "pipeline/layout/fit_row.h"

namespace ocrbatch::pipeline {
namespace {

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

// Where the letters of the nearest rows left and right of a row end and begin.
struct NearestLetters {
  float left = -1e9F, right = 1e9F;
};

std::vector<NearestLetters> nearest_letters_of(const std::vector<Row>& rows) {
  std::vector<NearestLetters> nearest(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    for (const Row& other : rows) {
      const bool is_left = other.x1 <= row.x0, is_right = other.x0 >= row.x1;
      if (!is_left && !is_right) continue;
      const float away = is_left ? other.baseline_at(other.x1) - row.baseline_at(row.x0)
                                 : other.baseline_at(other.x0) - row.baseline_at(row.x1);
      if (std::abs(away) > 0.7F * std::max(row.ascent, other.ascent)) continue;
      if (is_left) nearest[i].left = std::max(nearest[i].left, other.x1);
      if (is_right) nearest[i].right = std::min(nearest[i].right, other.x0);
    }
  }
  return nearest;
}

// The marks in a row's zone.
class NearMarks {
 public:
  NearMarks(const Row& row, const std::vector<Letter>& marks)
      : x0_(row.x0), x1_(row.x1), x_height_(row.x_height), letters_(row.letters.size()) {
    for (const Letter& mark : marks) {
      const float baseline = row.baseline_at(std::clamp(mark.middle(), row.x0, row.x1));
      const float y = 0.5F * (mark.top + mark.bottom);
      if (y > baseline - 1.1F * row.ascent && y < baseline + row.descent) marks_.push_back(&mark);
    }
  }

  std::vector<const Letter*> from_left() const {
    std::vector<const Letter*> sorted = marks_;
    std::ranges::sort(sorted, {}, &Letter::x0);
    return sorted;
  }
  std::vector<const Letter*> from_right() const {
    std::vector<const Letter*> sorted = marks_;
    std::ranges::sort(sorted, std::ranges::greater{}, &Letter::x1);
    return sorted;
  }

  // Whether a mark follows a word at that distance; dashes stand further off, and colons behind a space.
  bool is_near(const Letter& mark, float gap) const {
    constexpr float kMarkReach = 0.9F, kColonReach = 1.6F, kDashReach = 2.2F;
    if (gap < kMarkReach * x_height_) return true;
    if (is_dash(mark)) return gap < kDashReach * x_height_;
    return gap < kColonReach * x_height_ && is_of_colon(mark);
  }

  // The dashes on either side of a page's number, far from it but equally far; else nothing.
  std::pair<const Letter*, const Letter*> flanking_dashes() const {
    constexpr size_t kMostDigits = 6;
    constexpr float kReach = 4.5F, kUnequal = 0.8F;
    const Letter *left = nullptr, *right = nullptr;
    if (letters_ > kMostDigits) return {};
    for (const Letter* mark : marks_) {
      if (!is_dash(*mark)) continue;
      if (mark->x1 <= x0_ && (left == nullptr || mark->x1 > left->x1)) left = mark;
      if (mark->x0 >= x1_ && (right == nullptr || mark->x0 < right->x0)) right = mark;
    }
    if (left == nullptr || right == nullptr) return {};
    const float before = x0_ - left->x1, behind = right->x0 - x1_;
    const bool are_alike = std::abs(before - behind) < kUnequal * x_height_ &&
                           std::abs(left->width() - right->width()) < kUnequal * x_height_;
    return are_alike && before < kReach * x_height_ ? std::pair(left, right)
                                                    : std::pair<const Letter*, const Letter*>();
  }

 private:
  bool is_dash(const Letter& mark) const {
    return mark.width() > 0.6F * x_height_ && mark.width() > 2 * mark.height();
  }
  // A dot above another.
  bool is_of_colon(const Letter& mark) const {
    constexpr float kAside = 0.2F, kLeastApart = 0.35F, kMostApart = 1;
    return std::ranges::any_of(marks_, [&](const Letter* other) {
      const float apart = std::abs(other->centre().y - mark.centre().y);
      return std::abs(other->middle() - mark.middle()) < kAside * x_height_ &&
             apart > kLeastApart * x_height_ && apart < kMostApart * x_height_;
    });
  }

  float x0_, x1_, x_height_;  // the row's letters, without marks
  size_t letters_;
  std::vector<const Letter*> marks_;
};

void start_at(float x, Row& row) {
  row.baseline -= row.slope * (row.x0 - x);
  row.x0 = x;
}

}  // namespace

std::vector<Row> join_rows(std::vector<Row> rows, float reach, const ArePartedRows& are_parted) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.x0, a.baseline) < std::tuple(b.x0, b.baseline);
  });
  // The open rows, by their last piece; a piece goes to the nearest one that it continues.
  std::vector<Row> joined;
  for (Row& row : rows) {
    int best = -1;
    float best_cost = 1e9F;
    for (size_t i = 0; i < joined.size(); ++i) {
      if (std::abs(joined[i].baseline - row.baseline) > 3 * (joined[i].ascent + row.ascent)) continue;
      if (row.x0 - joined[i].x1 > reach * std::max(joined[i].x_height, row.x_height)) continue;
      if (!continues(joined[i], row) || (are_parted && are_parted(joined[i], row))) continue;
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

void absorb_pieces(std::vector<Row>& rows, float letter_px) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.letters.size(), a.baseline, a.x0) < std::tuple(b.letters.size(), b.baseline, b.x0);
  });
  for (size_t i = 0; i < rows.size(); ++i) {
    Row& piece = rows[i];
    const float x = 0.5F * (piece.x0 + piece.x1), height = piece.bottom - piece.top;
    // Wider than a space: a paragraph sign, a number and its point. Within and beside far larger letters, or
    // the bars of a chart, words are print of their own, and what is small may be dirt.
    constexpr float kReach = 2.5F, kSmall = 0.4F, kTiny = 0.1F, kUsual = 1.5F, kLarge = 2.5F;
    constexpr size_t kWord = 3;
    Row* home = nullptr;
    float most = 0.3F;
    for (size_t k = i + 1; k < rows.size(); ++k) {
      Row& row = rows[k];
      if (row.letters.size() < 2 * piece.letters.size() || height > 1.3F * row.height()) continue;
      const bool is_small = height < kSmall * row.ascent;
      const bool is_large_row = row.ascent > kLarge * letter_px;
      if (is_large_row && is_small && (piece.letters.size() >= kWord || height < kTiny * row.ascent))
        continue;
      const float reach = kReach * (is_small ? std::min(row.x_height, kUsual * letter_px) : row.x_height);
      if (piece.x0 < row.x0 - reach || piece.x1 > row.x1 + reach) continue;
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

bool lies_within(const Row& piece, const Row& row) {
  constexpr float kMostOfIt = 0.85F, kOnBaseline = 0.25F, kQuotationMarks = 1.25F;
  const float width = std::min(piece.x1, row.x1) - std::max(piece.x0, row.x0);
  if (width < kMostOfIt * (piece.x1 - piece.x0) || piece.x1 - piece.x0 > row.x1 - row.x0) return false;
  // A word of far smaller letters is print of its own: a chart's bars stand in rows, too.
  constexpr size_t kWord = 3;
  constexpr float kSmall = 0.4F;
  if (piece.letters.size() >= kWord && piece.ascent < kSmall * row.ascent) return false;
  const float middle = 0.5F * (piece.x0 + piece.x1), baseline = row.baseline_at(middle);
  // What stands lower is print of its own, as the lower number of two beside a word.
  if (piece.baseline_at(middle) > baseline + kOnBaseline * row.x_height) return false;
  const float height = std::min(piece.bottom, baseline + row.descent) -
                       std::max(piece.top, baseline - kQuotationMarks * row.ascent);
  return height >= kMostOfIt * (piece.bottom - piece.top);
}

void attach_marks(std::vector<Row>& rows, const std::vector<Letter>& marks) {
  const std::vector<NearestLetters> nearest = nearest_letters_of(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    Row& row = rows[i];
    const NearMarks beside(row, marks);
    // Between two columns a mark belongs to the nearer one.
    for (const Letter* mark : beside.from_left()) {
      const float gap = mark->x0 - row.x1;
      if (mark->x1 > row.x1 && beside.is_near(*mark, gap) && gap <= nearest[i].right - mark->x1)
        row.x1 = mark->x1;
    }
    for (const Letter* mark : beside.from_right()) {
      const float gap = row.x0 - mark->x1;
      if (mark->x0 < row.x0 && beside.is_near(*mark, gap) && gap < mark->x0 - nearest[i].left)
        start_at(mark->x0, row);
    }
    if (const auto [left, right] = beside.flanking_dashes();
        left != nullptr && left->x0 > nearest[i].left && right->x1 < nearest[i].right) {
      row.x1 = right->x1;
      start_at(left->x0, row);
    }
  }
}

}  // namespace ocrbatch::pipeline
