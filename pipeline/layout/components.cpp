#include "pipeline/layout/components.h"

#include <cstdint>
#include <cstring>

namespace ocrbatch::pipeline {
namespace {

struct Run {
  int x0, x1;  // x1 exclusive
  int label;
};

// The first column from x on that is ink (or paper), `columns` without one. Eight pixels a step, as most of a
// page is paper.
int next_ink(const uchar* row, int x, int columns) {
  for (; x + 8 <= columns; x += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, row + x, 8);
    if (eight != 0) break;
  }
  while (x < columns && row[x] == 0) ++x;
  return x;
}
int next_paper(const uchar* row, int x, int columns) {
  while (x < columns && row[x] != 0) ++x;
  return x;
}

// Labels that turned out to be one component; the smallest one stands for all.
class UnionFind {
 public:
  int add() {
    parents_.push_back(static_cast<int>(parents_.size()));
    return parents_.back();
  }
  int find(int label) {
    while (parents_[label] != label) label = parents_[label] = parents_[parents_[label]];
    return label;
  }
  int unite(int a, int b) {
    a = find(a);
    b = find(b);
    return a < b ? parents_[b] = a : parents_[a] = b;
  }

 private:
  std::vector<int> parents_;
};

}  // namespace

std::vector<Component> find_components(const cv::Mat& ink) {
  UnionFind labels;
  std::vector<Component> parts;  // by label
  std::vector<Run> above, here;
  for (int y = 0; y < ink.rows; ++y) {
    const uchar* row = ink.ptr<uchar>(y);
    here.clear();
    size_t first = 0;
    for (int x = next_ink(row, 0, ink.cols); x < ink.cols;) {
      Run run{x, next_paper(row, x, ink.cols), -1};
      // Runs above that touch this one, corners included; the last of them may touch the next one too.
      while (first < above.size() && above[first].x1 < run.x0) ++first;
      for (size_t i = first; i < above.size() && above[i].x0 <= run.x1; ++i)
        run.label = run.label < 0 ? labels.find(above[i].label) : labels.unite(run.label, above[i].label);
      if (run.label < 0) {
        run.label = labels.add();
        parts.emplace_back();
      }
      Component& part = parts[run.label];
      part.box |= cv::Rect(run.x0, y, run.x1 - run.x0, 1);
      part.pixels += run.x1 - run.x0;
      here.push_back(run);
      x = next_ink(row, run.x1, ink.cols);
    }
    std::swap(above, here);
  }
  std::vector<Component> components;
  components.reserve(parts.size());
  for (int label = 0; label < static_cast<int>(parts.size()); ++label) {
    const int root = labels.find(label);
    if (root == label) continue;
    parts[root].box |= parts[label].box;
    parts[root].pixels += parts[label].pixels;
  }
  for (int label = 0; label < static_cast<int>(parts.size()); ++label)
    if (labels.find(label) == label) components.push_back(parts[label]);
  return components;
}

}  // namespace ocrbatch::pipeline
