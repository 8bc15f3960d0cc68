#include "recognizer/ctc_alignment.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ocrbatch::recognizer {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

// Labels with a blank before, between and behind them.
std::vector<int> with_blanks(const std::vector<int>& labels) {
  std::vector<int> states(2 * labels.size() + 1, Alphabet::kBlank);
  for (std::size_t i = 0; i < labels.size(); ++i) states[2 * i + 1] = labels[i];
  return states;
}

// The state of each frame on the best path.
std::vector<std::size_t> best_path(const std::vector<int>& states, const float* log_probabilities, int frames,
                                   int classes) {
  const std::size_t count = states.size();
  std::vector<float> now(count, kImpossible), before(count, kImpossible);
  // How many states back the best path came from: 0, 1, or 2 over a blank.
  std::vector<unsigned char> came_from(static_cast<std::size_t>(frames) * count);
  now[0] = 0;  // as if a frame of blank stood before the first
  for (int t = 0; t < frames; ++t) {
    const float* const row = log_probabilities + static_cast<std::ptrdiff_t>(t) * classes;
    unsigned char* const back = came_from.data() + static_cast<std::size_t>(t) * count;
    std::swap(now, before);
    for (std::size_t s = 0; s < count; ++s) {
      float best = before[s];
      if (s >= 1 && before[s - 1] > best) best = before[s - 1], back[s] = 1;
      const bool may_skip = s >= 2 && states[s] != Alphabet::kBlank && states[s] != states[s - 2];
      if (may_skip && before[s - 2] > best) best = before[s - 2], back[s] = 2;
      now[s] = best + row[states[s]];
    }
  }
  std::vector<std::size_t> path(static_cast<std::size_t>(frames));
  std::size_t s = count >= 2 && now[count - 2] > now[count - 1] ? count - 2 : count - 1;
  for (int t = frames - 1; t >= 0; --t) {
    path[static_cast<std::size_t>(t)] = s;
    s -= came_from[static_cast<std::size_t>(t) * count + s];
  }
  return path;
}

}  // namespace

std::vector<CtcLabel> align_labels(const std::vector<int>& labels, const float* log_probabilities, int frames,
                                   int classes) {
  std::vector<CtcLabel> aligned;
  if (labels.empty()) return aligned;
  const std::vector<int> states = with_blanks(labels);
  const std::vector<std::size_t> path = best_path(states, log_probabilities, frames, classes);
  std::size_t previous = 0;
  for (int t = 0; t < frames; ++t) {
    const std::size_t s = path[static_cast<std::size_t>(t)];
    const int label = states[s];
    if (label != Alphabet::kBlank) {
      const float probability = std::exp(log_probabilities[static_cast<std::ptrdiff_t>(t) * classes + label]);
      if (s != previous) aligned.push_back({label, t, t, 0});
      aligned.back().last_frame = t;
      aligned.back().confidence = std::max(aligned.back().confidence, probability);
    }
    previous = s;
  }
  return aligned;
}

}  // namespace ocrbatch::recognizer
