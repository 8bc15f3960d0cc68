#include "kernels/line_neighbours.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "kernels/gray_rows.h"
#include "kernels/line_ink.h"

namespace ocrbatch::kernels {
namespace {

enum class Owner : uchar {
  kLine,       // this line
  kNeighbour,  // a line above or below
  kBoth,       // letters of two lines that touch: this line's up to the border of its zone
  kUndecided,
};

struct Component {
  cv::Rect box;
  int area = 0;
  int core = 0;              // pixels between the top of x and the baseline
  int above = 0, below = 0;  // pixels beyond the zone
  Owner owner = Owner::kUndecided;

  // Does the line need row `y` beyond its zone for this ink? Accents need a quarter of a line at most, larger
  // letters what they take; a letter with a little beyond the zone has rather caught a neighbour's tail.
  bool needs_row(int y, const LineZone& zone) const {
    const float distance = std::max(zone.top - y, y + 1 - zone.bottom);
    const int beyond = above + below;
    if (distance <= 0.26F * zone.height()) return core == 0 || 10 * beyond > area;
    return core > 0 && 4 * beyond > area;
  }
};

// Ink in row y from x0 to x1, exclusive.
struct Run {
  int y = 0, x0 = 0, x1 = 0;
  int component = 0;
};

struct Runs {
  std::vector<Run> runs;    // by row, then from left to right
  std::vector<int> begins;  // a row's first; one more at the end
};

Runs find_runs(const cv::Mat& ink) {
  Runs found;
  found.begins.reserve(static_cast<std::size_t>(ink.rows) + 1);
  std::vector<int> edges(static_cast<std::size_t>(ink.cols) + 1);
  for (int y = 0; y < ink.rows; ++y) {
    found.begins.push_back(static_cast<int>(found.runs.size()));
    const auto count = static_cast<std::size_t>(find_edges(ink.ptr<uchar>(y), ink.cols, edges.data()));
    for (std::size_t i = 0; i < count; i += 2) found.runs.push_back({y, edges[i], edges[i + 1]});
  }
  found.begins.push_back(static_cast<int>(found.runs.size()));
  return found;
}

// Components of ink that touch at their sides or corners: unites the runs that do, row by row (a forest of
// runs whose root is a component's first). Sets each run's component and returns how many there are.
int label_components(Runs& found) {
  std::vector<Run>& runs = found.runs;
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].component = static_cast<int>(i);
  const auto root_of = [&](int i) {
    while (runs[i].component != i) i = runs[i].component = runs[runs[i].component].component;
    return i;
  };
  for (std::size_t y = 1; y + 1 < found.begins.size(); ++y) {
    int above = found.begins[y - 1];
    const int above_end = found.begins[y];
    for (int i = above_end; i < found.begins[y + 1]; ++i) {
      while (above < above_end && runs[above].x1 < runs[i].x0) ++above;
      for (int k = above; k < above_end && runs[k].x0 <= runs[i].x1; ++k) {
        const int a = root_of(k), b = root_of(i);
        runs[std::max(a, b)].component = std::min(a, b);
      }
    }
  }
  // Roots precede their runs.
  int count = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const int parent = runs[i].component;
    runs[i].component = parent == static_cast<int>(i) ? count++ : runs[parent].component;
  }
  return count;
}

std::vector<Component> measure_components(const Runs& found, int count, const LineZone& zone) {
  std::vector<Component> components(count);
  std::vector<bool> is_met(count);
  for (const Run& run : found.runs) {
    Component& component = components[run.component];
    const int length = run.x1 - run.x0;
    component.area += length;
    const float centre = run.y + 0.5F;
    if (centre < zone.top) {
      component.above += length;
    } else if (centre > zone.bottom) {
      component.below += length;
    } else if (centre >= zone.x_top && centre <= zone.baseline) {
      component.core += length;
    }
    const cv::Rect box(run.x0, run.y, length, 1);
    component.box = is_met[run.component] ? component.box | box : box;
    is_met[run.component] = true;
  }
  return components;
}

// What the component's own position says.
Owner judge_by_position(const Component& component, const LineZone& zone, int strip_height) {
  const float height = zone.height();
  const int beyond = component.above + component.below;
  const float top = component.box.y, bottom = component.box.br().y;
  const bool through = top <= 0 && bottom >= strip_height;
  if (through && component.box.width < 0.2F * height) return Owner::kNeighbour;  // a vertical rule
  // A letter's share of the core is small when it hangs together with an underline or with a letter below; an
  // intruder's tip that reaches the core is smaller still.
  const bool has_core = component.core * 5 >= component.area ||
                        (component.core * 10 >= component.area && component.core > 0.02F * height * height);
  if (has_core) {
    const bool reaches_other_line = top < zone.top - 0.45F * height || bottom > zone.bottom + 0.45F * height;
    return beyond * 4 > component.area && reaches_other_line ? Owner::kBoth : Owner::kLine;
  }
  if (beyond * 2 > component.area) {
    // Accents on capitals float just above the zone, tails just below it: who is nearer decides. What lies
    // deep in another line is that line's.
    const float centre = 0.5F * (top + bottom);
    const bool near = centre > zone.top - 0.3F * height && centre < zone.bottom + 0.2F * height &&
                      component.box.height < 0.45F * height;
    return near && component.core == 0 ? Owner::kUndecided : Owner::kNeighbour;
  }
  if (component.core > 0 && beyond * 5 < component.area) return Owner::kLine;
  if (component.core > 0) {
    const bool reaches_other_line = top < zone.top - 0.3F * height || bottom > zone.bottom + 0.3F * height;
    return reaches_other_line ? Owner::kBoth : Owner::kLine;
  }
  return Owner::kUndecided;
}

float gap(const cv::Rect& a, const cv::Rect& b) {
  const float dx = std::max({0, a.x - b.br().x, b.x - a.br().x});
  const float dy = std::max({0, a.y - b.br().y, b.y - a.br().y});
  return std::hypot(dx, dy);
}

// Dots, accents, quotes and fragments go with the nearer letters.
void judge_by_nearness(std::vector<Component>& components, const LineZone& zone) {
  const float height = zone.height();
  std::vector<const Component*> decided;
  for (const Component& component : components) {
    if (component.owner != Owner::kUndecided && component.area > 3) {
      decided.push_back(&component);
    }
  }
  std::vector<Owner> owners(components.size());
  for (size_t i = 0; i < components.size(); ++i) {
    const Component& component = components[i];
    owners[i] = component.owner;
    if (component.owner != Owner::kUndecided) continue;
    float to_line = std::numeric_limits<float>::max(), to_neighbour = to_line;
    for (const Component* other : decided) {
      const float distance = gap(component.box, other->box);
      if (other->owner != Owner::kNeighbour) to_line = std::min(to_line, distance);
      if (other->owner == Owner::kNeighbour) to_neighbour = std::min(to_neighbour, distance);
    }
    const bool inside =
        component.box.y > zone.top - 0.03F * height && component.box.br().y < zone.bottom + 0.03F * height;
    // Without a letter of another line near by, ink inside the zone is this line's.
    const float handicap = inside ? -0.12F * height : 0.05F * height;
    const bool near = inside || to_line < 0.35F * height;
    owners[i] = near && to_line + handicap <= to_neighbour ? Owner::kLine : Owner::kNeighbour;
  }
  for (size_t i = 0; i < components.size(); ++i) components[i].owner = owners[i];
}

// Underlines and other horizontal rules tie the letters of a line together, and to the next line's. Takes
// them out of `ink` and adds each to the ink of the line or of the neighbours. Returns whether there were
// any.
bool take_out_rules(const Runs& found, const LineZone& zone, cv::Mat& ink, cv::Mat& own,
                    cv::Mat& neighbours) {
  const int height = std::max(1, cvRound(zone.height()));
  // A slanting rule is a staircase of shorter runs.
  const int least_run = std::max(4, cvRound(0.45F * height));
  Runs long_ones;
  for (std::size_t y = 0; y + 1 < found.begins.size(); ++y) {
    long_ones.begins.push_back(static_cast<int>(long_ones.runs.size()));
    for (int i = found.begins[y]; i < found.begins[y + 1]; ++i)
      if (found.runs[i].x1 - found.runs[i].x0 >= least_run) long_ones.runs.push_back(found.runs[i]);
  }
  long_ones.begins.push_back(static_cast<int>(long_ones.runs.size()));
  const int count = label_components(long_ones);
  const std::vector<Component> components = measure_components(long_ones, count, zone);
  bool any = false;
  for (int i = 0; i < count; ++i) {
    const cv::Rect& box = components[i].box;
    if (box.width < 1.4F * height || box.height > 0.3F * height) continue;
    any = true;
    // With its frayed edges.
    const cv::Rect around =
        cv::Rect(box.x - 2, box.y - 1, box.width + 4, box.height + 2) & cv::Rect({}, ink.size());
    cv::Mat rule(around.size(), CV_8UC1, cv::Scalar(0));
    for (const Run& run : long_ones.runs)
      if (run.component == i)
        rule.row(run.y - around.y).colRange(run.x0 - around.x, run.x1 - around.x).setTo(255);
    cv::dilate(rule, rule, cv::getStructuringElement(cv::MORPH_RECT, {5, 3}));
    rule &= ink(around);
    ink(around).setTo(0, rule);
    // Through the line's own rows it is an underline or struck-out text.
    const float centre = box.y + 0.5F * box.height;
    const bool is_own = centre > zone.top + 0.15F * height && centre < zone.bottom + 0.05F * height;
    (is_own ? own : neighbours)(around).setTo(255, rule);
  }
  return any;
}

}  // namespace

InkOwnership find_neighbours(const cv::Mat& darkness, const LineZone& zone) {
  cv::Mat ink = darkness > kInkDarkness;
  InkOwnership ownership{cv::Mat(darkness.size(), CV_8UC1, cv::Scalar(0)), darkness.rows, 0};
  cv::Mat own(darkness.size(), CV_8UC1, cv::Scalar(0));
  Runs found = find_runs(ink);
  if (take_out_rules(found, zone, ink, own, ownership.neighbours)) found = find_runs(ink);
  std::vector<Component> components = measure_components(found, label_components(found), zone);
  for (Component& component : components) component.owner = judge_by_position(component, zone, darkness.rows);
  judge_by_nearness(components, zone);

  for (const Run& run : found.runs) {
    const Component& component = components[run.component];
    const bool in_zone = run.y + 1 > zone.top && run.y < zone.bottom;
    const bool belongs = component.owner == Owner::kLine || (component.owner == Owner::kBoth && in_zone);
    uchar* const row = (belongs ? own : ownership.neighbours).ptr<uchar>(run.y);
    std::fill(row + run.x0, row + run.x1, uchar{255});
    if (belongs && (in_zone || component.needs_row(run.y, zone))) {
      ownership.top = std::min(ownership.top, run.y);
      ownership.bottom = run.y + 1;
    }
  }
  if (ownership.bottom == 0) ownership.top = 0;
  // The soft edge of a neighbour goes with it, that of the line's own ink stays.
  cv::dilate(ownership.neighbours, ownership.neighbours, cv::getStructuringElement(cv::MORPH_RECT, {5, 5}));
  cv::dilate(own, own, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  ownership.neighbours.setTo(0, own);
  return ownership;
}

}  // namespace ocrbatch::kernels
