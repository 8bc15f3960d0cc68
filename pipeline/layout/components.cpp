#include "pipeline/layout/components.h"

#include <algorithm>
#include <cstddef>
#include <opencv2/core.hpp>

#include "kernels/gray_rows.h"

namespace ocrbatch::pipeline {
namespace {

struct Run {
  int x0, x1;  // x1 exclusive
  int label;
};

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

// What runs of one label cover; columns and rows x1 and y1 exclusive.
struct Part {
  int x0, y0, x1, y1, pixels;

  void add(const Part& other) {
    x0 = std::min(x0, other.x0);
    y0 = std::min(y0, other.y0);
    x1 = std::max(x1, other.x1);
    y1 = std::max(y1, other.y1);
    pixels += other.pixels;
  }
};

}  // namespace

std::vector<Component> find_components(const cv::Mat& ink) {
  UnionFind labels;
  std::vector<Part> parts;  // by label
  std::vector<Run> above, here;
  std::vector<int> edges(static_cast<std::size_t>(ink.cols) + 1);
  for (int y = 0; y < ink.rows; ++y) {
    const auto count =
        static_cast<std::size_t>(kernels::find_edges(ink.ptr<uchar>(y), ink.cols, edges.data()));
    here.clear();
    size_t first = 0;
    for (std::size_t edge = 0; edge < count; edge += 2) {
      Run run{edges[edge], edges[edge + 1], -1};
      // Runs above that touch this one, corners included; the last of them may touch the next one too.
      while (first < above.size() && above[first].x1 < run.x0) ++first;
      for (size_t i = first; i < above.size() && above[i].x0 <= run.x1; ++i)
        run.label = run.label < 0 ? labels.find(above[i].label) : labels.unite(run.label, above[i].label);
      const Part part{run.x0, y, run.x1, y + 1, run.x1 - run.x0};
      if (run.label < 0) {
        run.label = labels.add();
        parts.push_back(part);
      } else {
        parts[run.label].add(part);
      }
      here.push_back(run);
    }
    std::swap(above, here);
  }
  std::vector<Component> components;
  for (int label = 0; label < static_cast<int>(parts.size()); ++label) {
    const int root = labels.find(label);
    if (root != label) parts[root].add(parts[label]);
  }
  for (int label = 0; label < static_cast<int>(parts.size()); ++label) {
    if (labels.find(label) != label) continue;
    const Part& part = parts[label];
    components.push_back({{part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0}, part.pixels});
  }
  return components;
}

}  // namespace ocrbatch::pipeline
