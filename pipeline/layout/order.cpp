#include "pipeline/layout/order.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ocrbatch::pipeline {
namespace {

struct Unit {
  float x0 = 1e9F, x1 = -1e9F, top = 1e9F, bottom = -1e9F, x_height = 0;
  std::vector<int> parts;  // from left to right
};

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
  return units;
}

bool shares_columns(const Unit& a, const Unit& b) {
  return a.x0 < b.x1 && b.x0 < a.x1;
}

// Whether something between a (left) and b reaches over both.
bool is_parted(const Unit& a, const Unit& b, const std::vector<Unit>& units, const std::vector<int>& by_top) {
  const float top = std::min(a.bottom, b.bottom), bottom = std::max(a.top, b.top);
  for (const int i : by_top) {
    const Unit& other = units[i];
    if (other.top > bottom) break;
    if (other.bottom < top) continue;
    if (other.x0 < a.x1 && other.x1 > b.x0 && &other != &a && &other != &b) return true;
  }
  return false;
}

bool comes_before(const Unit& a, const Unit& b, const std::vector<Unit>& units,
                  const std::vector<int>& by_top) {
  if (shares_columns(a, b)) return a.top + a.bottom < b.top + b.bottom;
  if (a.x1 <= b.x0) return !is_parted(a, b, units, by_top) || a.bottom < b.top;
  return a.bottom < b.top && is_parted(b, a, units, by_top);
}

std::vector<int> order_units(const std::vector<Unit>& units) {
  const int count = static_cast<int>(units.size());
  std::vector<int> by_top(count);
  std::iota(by_top.begin(), by_top.end(), 0);
  std::stable_sort(by_top.begin(), by_top.end(), [&](int a, int b) { return units[a].top < units[b].top; });
  // Pages of thousands of pieces are no text; any order serves them.
  constexpr int kMost = 3000;
  if (count > kMost) return by_top;
  std::vector<int> order;
  std::vector<char> state(count, 0);
  // Depth first, with a stack of its own: what comes before goes first. A circle is cut where it closes.
  struct Visit {
    int unit, next;
  };
  for (const int start : by_top) {
    std::vector<Visit> stack;
    if (state[start] == 0) stack.push_back({start, 0}), state[start] = 1;
    while (!stack.empty()) {
      Visit& visit = stack.back();
      if (visit.next == count) {
        order.push_back(visit.unit);
        stack.pop_back();
        continue;
      }
      const int other = by_top[visit.next++];
      if (state[other] != 0 || !comes_before(units[other], units[visit.unit], units, by_top)) continue;
      state[other] = 1;
      stack.push_back({other, 0});
    }
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
