#include "pipeline/layout/order.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>

namespace ocrbatch::pipeline {
namespace {

struct Box {
  float x0 = 1e9F, x1 = -1e9F, top = 1e9F, bottom = -1e9F;  // small letters' height
};

Box box_of(const Row& line) {
  const float middle = line.baseline_at(0.5F * (line.x0 + line.x1));
  return {line.x0, line.x1, middle - line.x_height, middle};
}

bool are_level(const Box& a, const Box& b) {
  return a.top < b.bottom && b.top < a.bottom;
}

// Where gutters between columns stop and go on further down.
std::vector<Box> interruptions_of(const std::vector<Gutter>& gutters) {
  std::vector<Box> found;
  for (const Gutter& above : gutters) {
    for (const Gutter& below : gutters) {
      if (!above.is_between_columns || !below.is_between_columns || above.top >= below.top) continue;
      const Box gap{std::max(above.x0, below.x0), std::min(above.x1, below.x1), above.bottom, below.top};
      if (gap.x0 < gap.x1) found.push_back(gap);
    }
  }
  return found;
}

// An inset, such as a picture's caption, fills a gutter while both columns go on beside it; a heading between
// two articles has nothing beside it. What a part fills like that, null where it does not.
const Box* gap_of_inset(const RowPart& part, const std::vector<RowPart>& parts,
                        const std::vector<Box>& interruptions) {
  const Box box = box_of(part.line);
  const float tolerance = part.line.x_height;
  const auto gap = std::ranges::find_if(interruptions, [&](const Box& it) {
    return box.x0 < it.x0 && box.x1 > it.x1 && box.top > it.top - tolerance &&
           box.bottom < it.bottom + tolerance;
  });
  if (gap == interruptions.end()) return nullptr;
  // Lines of columns that do not stand level are beside each other's gaps.
  const Box reach{box.x0, box.x1, box.top - tolerance, box.bottom + tolerance};
  bool has_left = false, has_right = false;
  for (const RowPart& other : parts) {
    if (!are_level(reach, box_of(other.line))) continue;
    has_left |= other.line.x1 < box.x0;
    has_right |= other.line.x0 > box.x1;
  }
  return has_left && has_right ? &*gap : nullptr;
}

struct Unit : Box {
  float x_height = 0;
  std::vector<int> parts;  // from left to right

  void add(int part, const Box& box, float size) {
    x0 = std::min(x0, box.x0);
    x1 = std::max(x1, box.x1);
    top = std::min(top, box.top);
    bottom = std::max(bottom, box.bottom);
    x_height = std::max(x_height, size);
    parts.push_back(part);
  }
};

// From top to bottom. An inset is one for itself and counts to neither column, or it would tie what is above
// it in the one to what is below it in the other.
std::vector<Unit> units_of(const std::vector<RowPart>& parts, const std::vector<Gutter>& gutters) {
  const std::vector<Box> interruptions = interruptions_of(gutters);
  std::vector<Unit> units, insets;
  int last = -1;
  for (size_t i = 0; i < parts.size(); ++i) {
    Box box = box_of(parts[i].line);
    const Box* const gap = gap_of_inset(parts[i], parts, interruptions);
    if (gap != nullptr) {
      box.x0 = gap->x0;
      box.x1 = gap->x1;
      insets.emplace_back().add(static_cast<int>(i), box, parts[i].line.x_height);
      continue;
    }
    if (parts[i].unit != last) units.emplace_back();
    last = parts[i].unit;
    units.back().add(static_cast<int>(i), box, parts[i].line.x_height);
  }
  std::ranges::move(insets, std::back_inserter(units));
  std::stable_sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) { return a.top < b.top; });
  return units;
}

// A line that hangs over into the next column by a letter does not stand in it.
bool shares_columns(const Unit& a, const Unit& b) {
  constexpr float kShare = 0.12F, kLetter = 1.2F;  // of the shorter one; in x-heights
  const float shared = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  return shared >
         std::min(kShare * std::min(a.x1 - a.x0, b.x1 - b.x0), kLetter * std::min(a.x_height, b.x_height));
}

// Which of two units is read first.
class Precedence {
 public:
  // `units` from top to bottom.
  explicit Precedence(const std::vector<Unit>& units) : units_(units) {
    for (const Unit& unit : units) tallest_ = std::max(tallest_, unit.bottom - unit.top);
    find_pairs();
  }

  bool comes_before(const Unit& a, const Unit& b) {
    ++steps_;
    if (shares_columns(a, b)) return a.top + a.bottom < b.top + b.bottom;
    const bool is_left = a.x0 + a.x1 < b.x0 + b.x1;
    // Dirt in a margin is no column, and says something only about what stands beside it.
    if (!are_level(a, b) && (is_speck(a) || is_speck(b))) return false;
    if (is_left) return a.bottom < b.top || are_columns(a, b);
    return a.bottom < b.top && !are_columns(b, a);
  }

  // Looks at units that take some ten milliseconds: where that is not enough, words lie about and nothing
  // tells their order.
  bool is_hopeless() const { return steps_ > 20'000'000; }

 private:
  // Whether a (left) is read before b although it does not stand above it: nothing reaches over both, and
  // print of their two columns stands side by side. A page's number above the middle of its first, short line
  // is no second column.
  bool are_columns(const Unit& a, const Unit& b) {
    return !is_parted(a, b) && (are_level(a, b) || have_columns_between(a, b));
  }

  static bool is_speck(const Unit& unit) { return unit.x1 - unit.x0 < 1.5F * unit.x_height; }

  // Whether units of a's and of b's column stand side by side from the one to the other.
  bool have_columns_between(const Unit& a, const Unit& b) {
    const float top = std::min(a.top, b.top), bottom = std::max(a.bottom, b.bottom);
    auto pair = std::lower_bound(beside_.begin(), beside_.end(), top - tallest_pair_,
                                 [](const Pair& it, float y) { return it.top < y; });
    for (; pair != beside_.end() && pair->top < bottom; ++pair) {
      ++steps_;
      if (pair->bottom > top && shares_columns(*pair->left, a) && shares_columns(*pair->right, b))
        return true;
    }
    return false;
  }

  // Two units side by side, and what they reach over together.
  struct Pair {
    float top = 0, bottom = 0;
    const Unit *left = nullptr, *right = nullptr;
  };

  void find_pairs() {
    constexpr float kBeside = 1.5F;  // x-heights: rows of two columns may stand on gaps between each other
    for (auto unit = units_.begin(); unit != units_.end(); ++unit) {
      const float end = unit->bottom + kBeside * unit->x_height;
      for (auto other = std::next(unit); other != units_.end() && other->top < end && !is_hopeless();
           ++other) {
        ++steps_;
        if (shares_columns(*unit, *other)) continue;
        tallest_pair_ = std::max(tallest_pair_, std::max(unit->bottom, other->bottom) - unit->top);
        const bool is_left = unit->x0 + unit->x1 < other->x0 + other->x1;
        beside_.push_back({unit->top, std::max(unit->bottom, other->bottom), is_left ? &*unit : &*other,
                           is_left ? &*other : &*unit});
      }
    }
  }

  // The first unit that may reach down to y.
  std::vector<Unit>::const_iterator first_from(float y) const {
    return std::lower_bound(units_.begin(), units_.end(), y - tallest_,
                            [](const Unit& unit, float top) { return unit.top < top; });
  }

  // Whether something between a (left) and b reaches over both.
  bool is_parted(const Unit& a, const Unit& b) {
    const float top = std::min(a.bottom, b.bottom), bottom = std::max(a.top, b.top);
    for (auto other = first_from(top); other != units_.end() && other->top <= bottom; ++other) {
      ++steps_;
      if (other->bottom < top || &*other == &a || &*other == &b) continue;
      if (shares_columns(*other, a) && shares_columns(*other, b)) return true;
    }
    return false;
  }

  const std::vector<Unit>& units_;
  float tallest_ = 0;
  std::vector<Pair> beside_;  // from top to bottom
  float tallest_pair_ = 0;
  std::int64_t steps_ = 0;
};

// Places in `units`, which go from top to bottom. One after another, what nothing else comes before, the
// upper one of several; where the rules lead round in a circle, what fewest others come before.
std::vector<int> order_units(const std::vector<Unit>& units) {
  const size_t count = units.size();
  Precedence precedence(units);
  std::vector<std::vector<int>> followers(count);
  std::vector<int> before(count, 0);  // how many of those that are left
  for (size_t i = 0; i < count && !precedence.is_hopeless(); ++i) {
    for (size_t k = 0; k < count; ++k) {
      if (i == k || !precedence.comes_before(units[i], units[k])) continue;
      followers[i].push_back(static_cast<int>(k));
      ++before[k];
    }
  }
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  if (precedence.is_hopeless()) return order;
  constexpr int kDone = std::numeric_limits<int>::max();
  for (int& place : order) {
    place = static_cast<int>(std::min_element(before.begin(), before.end()) - before.begin());
    before[place] = kDone;
    for (const int follower : followers[place])
      if (before[follower] != kDone) --before[follower];
  }
  return order;
}

}  // namespace

std::vector<OrderedPart> reading_order(const std::vector<RowPart>& parts,
                                       const std::vector<Gutter>& gutters) {
  const std::vector<Unit> units = units_of(parts, gutters);
  const std::vector<int> order = order_units(units);
  std::vector<OrderedPart> ordered;
  int block = 0, paragraph = 0;
  float usual_pitch = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    const Unit& unit = units[order[k]];
    if (k > 0) {
      const Unit& above = units[order[k - 1]];
      const float size = std::max(unit.x_height, above.x_height);
      const float pitch = unit.bottom - above.bottom;
      const bool alike = std::min(unit.x_height, above.x_height) > 0.75F * size;
      // A blank line parts blocks, and so does another size of print; more space or an indent parts
      // paragraphs.
      const bool same_block = shares_columns(unit, above) && alike && pitch > 0 && pitch < 4.5F * size;
      const bool indented = unit.x0 > above.x0 + size && unit.x0 < above.x0 + 6 * size;
      if (!same_block) {
        ++block, ++paragraph;
        usual_pitch = 0;
      } else {
        const bool spaced = usual_pitch > 0 && pitch > 1.3F * usual_pitch;
        if (indented || spaced) ++paragraph;
        if (usual_pitch == 0 || pitch < usual_pitch) usual_pitch = pitch;
      }
    }
    for (const int part : unit.parts) ordered.push_back({part, block, paragraph});
  }
  return ordered;
}

}  // namespace ocrbatch::pipeline
