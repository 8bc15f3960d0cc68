#include "pipeline/layout/letter_neighbours.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

int longer_side(const Component& component) {
  return std::max(component.box.width, component.box.height);
}

// The median of the longer sides, which are the same whichever way up the page is; 0 without letters.
int letter_size(const std::vector<Component>& components) {
  constexpr int kSmallest = 4;
  std::vector<int> sizes;
  for (const Component& component : components) {
    const int shorter = std::min(component.box.width, component.box.height);
    if (longer_side(component) >= kSmallest && longer_side(component) <= 6 * shorter)
      sizes.push_back(longer_side(component));
  }
  return median(std::move(sizes));
}

int gap(int start, int end, int other_start, int other_end) {
  return std::max({0, other_start - end, start - other_end});
}

}  // namespace

LetterNeighbours find_letter_neighbours(const std::vector<Component>& components) {
  LetterNeighbours neighbours;
  const int size = letter_size(components);
  if (size == 0) return neighbours;
  // Nearer than a square's side; so many letters have no room in one unless they are a texture.
  const int side = 3 * size;
  constexpr std::size_t kMostInASquare = 48;
  std::map<std::pair<int, int>, std::vector<const cv::Rect*>> squares;
  std::vector<const cv::Rect*> letters;
  for (const Component& component : components) {
    // Dots of an i, marks and specks stand above or below letters; rules and pictures are no letters.
    if (longer_side(component) < 0.6 * size || longer_side(component) > 2.3 * size) continue;
    const cv::Rect& box = component.box;
    auto& square = squares[{(box.y + box.height / 2) / side, (box.x + box.width / 2) / side}];
    if (square.size() == kMostInASquare) continue;
    square.push_back(&box);
    letters.push_back(&box);
  }
  for (const cv::Rect* letter : letters) {
    const cv::Point middle = (letter->tl() + letter->br()) / 2;
    long nearest = static_cast<long>(side) * side;
    bool found = false, is_beside = false;
    for (int row = middle.y / side - 1; row <= middle.y / side + 1; ++row) {
      auto square = squares.lower_bound({row, middle.x / side - 1});
      for (; square != squares.end() && square->first <= std::pair(row, middle.x / side + 1); ++square) {
        for (const cv::Rect* other : square->second) {
          if (other == letter) continue;
          const long dx = gap(letter->x, letter->br().x, other->x, other->br().x);
          const long dy = gap(letter->y, letter->br().y, other->y, other->br().y);
          if (dx * dx + dy * dy >= nearest) continue;
          nearest = dx * dx + dy * dy;
          found = true;
          const cv::Point step = (other->tl() + other->br()) / 2 - middle;
          is_beside = std::abs(step.x) > std::abs(step.y);
        }
      }
    }
    if (found) ++(is_beside ? neighbours.beside : neighbours.above_or_below);
  }
  return neighbours;
}

}  // namespace ocrbatch::pipeline
