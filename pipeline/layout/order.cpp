#include "pipeline/layout/order.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace ocrbatch::pipeline {
namespace {

struct Unit {
  float x0 = 1e9F, x1 = -1e9F, top = 1e9F, bottom = -1e9F, x_height = 0;
  std::vector<int> parts;  // from left to right
};

// From top to bottom.
std::vector<Unit> units_of(const std::vector<RowPart>& parts) {
  std::vector<Unit> units;
  int last = -1;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Row& line = parts[i].line;
    if (parts[i].unit != last) units.emplace_back();
    last = parts[i].unit;
    Unit& unit = units.back();
    unit.x0 = std::min(unit.x0, line.x0);
    unit.x1 = std::max(unit.x1, line.x1);
    const float middle = line.baseline_at(0.5F * (line.x0 + line.x1));
    unit.top = std::min(unit.top, middle - line.x_height);
    unit.bottom = std::max(unit.bottom, middle);
    unit.x_height = std::max(unit.x_height, line.x_height);
    unit.parts.push_back(static_cast<int>(i));
  }
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
  }

  bool comes_before(const Unit& a, const Unit& b) {
    ++steps_;
    if (shares_columns(a, b)) return a.top + a.bottom < b.top + b.bottom;
    if (a.x0 + a.x1 < b.x0 + b.x1) return a.bottom < b.top || !is_parted(a, b);
    return a.bottom < b.top && is_parted(b, a);
  }

  // Looks at units that take some ten milliseconds: where that is not enough, words lie about and nothing
  // tells their order.
  bool is_hopeless() const { return steps_ > 20'000'000; }

 private:
  // Whether something between a (left) and b reaches over both.
  bool is_parted(const Unit& a, const Unit& b) {
    const float top = std::min(a.bottom, b.bottom), bottom = std::max(a.top, b.top);
    auto other = std::lower_bound(units_.begin(), units_.end(), top - tallest_,
                                  [](const Unit& unit, float y) { return unit.top < y; });
    for (; other != units_.end() && other->top <= bottom; ++other) {
      ++steps_;
      if (other->bottom < top || &*other == &a || &*other == &b) continue;
      if (shares_columns(*other, a) && shares_columns(*other, b)) return true;
    }
    return false;
  }

  const std::vector<Unit>& units_;
  float tallest_ = 0;
  std::int64_t steps_ = 0;
};

// Places in `units`, which go from top to bottom.
std::vector<int> order_units(const std::vector<Unit>& units) {
  const int count = static_cast<int>(units.size());
  Precedence precedence(units);
  std::vector<int> order;
  std::vector<char> state(count, 0);
  // Depth first, with a stack of its own: what comes before goes first. A circle is cut where it closes.
  struct Visit {
    int unit, next;
  };
  for (int start = 0; start < count && !precedence.is_hopeless(); ++start) {
    std::vector<Visit> stack;
    if (state[start] == 0) stack.push_back({start, 0}), state[start] = 1;
    while (!stack.empty() && !precedence.is_hopeless()) {
      Visit& visit = stack.back();
      if (visit.next == count) {
        order.push_back(visit.unit);
        stack.pop_back();
        continue;
      }
      const int other = visit.next++;
      if (state[other] != 0 || !precedence.comes_before(units[other], units[visit.unit])) continue;
      state[other] = 1;
      stack.push_back({other, 0});
    }
  }
  if (precedence.is_hopeless()) {
    order.resize(count);
    std::iota(order.begin(), order.end(), 0);
  }
  return order;
}

}  // namespace

std::vector<OrderedPart> reading_order(const std::vector<RowPart>& parts) {
  const std::vector<Unit> units = units_of(parts);
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
