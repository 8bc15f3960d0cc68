#include "cli/nearest_name.h"

#include <algorithm>

namespace ocrbatch::cli {
namespace {

// Damerau-Levenshtein distance in its "optimal string alignment" form.
int edit_distance(const std::string& a, const std::string& b) {
  const std::size_t columns = b.size() + 1;
  std::vector<int> cost((a.size() + 1) * columns);
  auto at = [&](std::size_t i, std::size_t j) -> int& { return cost[i * columns + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = static_cast<int>(i);
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

}  // namespace

std::optional<std::string> nearest_name(const std::string& typed, const std::vector<std::string>& known) {
  std::optional<std::string> best;
  int best_distance = static_cast<int>(typed.size());  // changing every letter is not a slip
  for (const std::string& name : known) {
    // A beginning that was not typed to its end counts as one slip, however long the rest is.
    const bool beginning = typed.size() >= 3 && name.starts_with(typed);
    const int distance = beginning ? 1 : edit_distance(typed, name);
    const int allowed = std::max(1, static_cast<int>(std::max(typed.size(), name.size()) / 3));
    if (distance <= allowed && distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

std::string hint(const std::string& typed, const std::vector<std::string>& known, const std::string& prefix) {
  const auto name = nearest_name(typed, known);
  return name ? "; did you mean '" + prefix + *name + "'?" : "";
}

}  // namespace ocrbatch::cli
