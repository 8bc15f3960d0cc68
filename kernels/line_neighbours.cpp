#include "kernels/line_neighbours.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "kernels/line_ink.h"

namespace ocrbatch::kernels {
namespace {

enum class Owner : uchar {
  kNobody,     // paper
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

// One pass for all numbers: cv::connectedComponentsWithStats takes three times as long as labelling alone.
std::vector<Component> measure_components(const cv::Mat& labels, int count, const LineZone& zone) {
  struct Extent {
    int left = std::numeric_limits<int>::max(), right = -1, top = 0, bottom = -1;
  };
  std::vector<Component> components(count);
  std::vector<Extent> extents(count);
  for (int y = 0; y < labels.rows; ++y) {
    const float centre = y + 0.5F;
    int Component::*part = nullptr;
    if (centre < zone.top) {
      part = &Component::above;
    } else if (centre > zone.bottom) {
      part = &Component::below;
    } else if (centre >= zone.x_top && centre <= zone.baseline) {
      part = &Component::core;
    }
    const int* row = labels.ptr<int>(y);
    for (int x = 0; x < labels.cols; ++x) {
      if (row[x] == 0) continue;
      Component& component = components[row[x]];
      Extent& extent = extents[row[x]];
      ++component.area;
      if (part != nullptr) ++(component.*part);
      if (extent.bottom < 0) extent.top = y;
      extent.bottom = y + 1;
      extent.left = std::min(extent.left, x);
      extent.right = std::max(extent.right, x + 1);
    }
  }
  for (int i = 1; i < count; ++i) {
    const Extent& extent = extents[i];
    components[i].box = {extent.left, extent.top, extent.right - extent.left, extent.bottom - extent.top};
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
    if (component.owner != Owner::kUndecided && component.owner != Owner::kNobody && component.area > 3) {
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
// them out of `ink` and adds each to the ink of the line or of the neighbours.
void take_out_rules(cv::Mat& ink, const LineZone& zone, cv::Mat& own, cv::Mat& neighbours) {
  const int height = std::max(1, cvRound(zone.height()));
  const int run = std::max(4, cvRound(0.45F * height));
  if (ink.cols <= run) return;
  // A slanting rule is a staircase of shorter runs.
  cv::Mat runs, labels;
  cv::morphologyEx(ink, runs, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_RECT, {run, 1}));
  if (cv::countNonZero(runs) == 0) return;
  const int count = cv::connectedComponents(runs, labels, 8, CV_32S);
  const std::vector<Component> components = measure_components(labels, count, zone);
  for (int i = 1; i < count; ++i) {
    const cv::Rect& box = components[i].box;
    if (box.width < 1.4F * height || box.height > 0.3F * height) continue;
    // With its frayed edges.
    const cv::Rect around =
        cv::Rect(box.x - 2, box.y - 1, box.width + 4, box.height + 2) & cv::Rect({}, ink.size());
    cv::Mat rule = labels(around) == i;
    cv::dilate(rule, rule, cv::getStructuringElement(cv::MORPH_RECT, {5, 3}));
    rule &= ink(around);
    ink(around).setTo(0, rule);
    // Through the line's own rows it is an underline or struck-out text.
    const float centre = box.y + 0.5F * box.height;
    const bool is_own = centre > zone.top + 0.15F * height && centre < zone.bottom + 0.05F * height;
    (is_own ? own : neighbours)(around).setTo(255, rule);
  }
}

}  // namespace

InkOwnership find_neighbours(const cv::Mat& darkness, const LineZone& zone) {
  cv::Mat ink = darkness > kInkDarkness;
  InkOwnership ownership{cv::Mat(darkness.size(), CV_8UC1, cv::Scalar(0)), darkness.rows, 0};
  cv::Mat own(darkness.size(), CV_8UC1, cv::Scalar(0));
  take_out_rules(ink, zone, own, ownership.neighbours);
  cv::Mat labels;
  const int count = cv::connectedComponents(ink, labels, 8, CV_32S);
  std::vector<Component> components = measure_components(labels, count, zone);
  components[0].owner = Owner::kNobody;
  for (size_t i = 1; i < components.size(); ++i) {
    components[i].owner = judge_by_position(components[i], zone, darkness.rows);
  }
  judge_by_nearness(components, zone);

  for (int y = 0; y < labels.rows; ++y) {
    const int* label = labels.ptr<int>(y);
    uchar* neighbour_row = ownership.neighbours.ptr<uchar>(y);
    uchar* own_row = own.ptr<uchar>(y);
    const bool in_zone = y + 1 > zone.top && y < zone.bottom;
    bool reaches = false;
    for (int x = 0; x < labels.cols; ++x) {
      if (label[x] == 0) continue;
      const Component& component = components[label[x]];
      const Owner owner = component.owner;
      const bool belongs = owner == Owner::kLine || (owner == Owner::kBoth && in_zone);
      (belongs ? own_row : neighbour_row)[x] = 255;
      reaches |= belongs && (in_zone || component.needs_row(y, zone));
    }
    if (reaches) {
      ownership.top = std::min(ownership.top, y);
      ownership.bottom = y + 1;
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
