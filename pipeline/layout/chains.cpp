#include "pipeline/layout/chains.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

// Neighbours in a row share the zone between baseline and x-height: half of the smaller one's height.
constexpr float kSharedHeight = 0.5F;
// A capital beside a small letter or a comma-like one: no larger jump of size in one row.
constexpr float kMaxSizeRatio = 2.3F;

float overlap(const Letter& a, const Letter& b) {
  return std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
}

// How badly b follows a, in pixels; infinite when it does not.
float cost_of_link(const Letter& a, const Letter& b, float reach) {
  constexpr float kNever = 1e9F;
  const float low = std::min(a.height(), b.height()), high = std::max(a.height(), b.height());
  if (high > kMaxSizeRatio * low || overlap(a, b) < kSharedHeight * low) return kNever;
  const float gap = b.x0 - a.x1;
  if (gap > reach * high || b.middle() <= a.middle()) return kNever;
  // Of two that are equally near, the one on the same baseline or at the same top.
  const float step = std::min(std::abs(a.bottom - b.bottom), std::abs(a.top - b.top));
  return std::max(0.0F, gap) + step;
}

// Letters by horizontal bands of the page, each from left to right, so that neighbours are found quickly.
class Bands {
 public:
  Bands(const std::vector<Letter>& letters, float height) : height_(height) {
    for (const Letter& letter : letters) lowest_ = std::min(lowest_, letter.top);
    for (size_t i = 0; i < letters.size(); ++i) {
      for (size_t band = band_of(letters[i].top); band <= band_of(letters[i].bottom); ++band) {
        if (band >= members_.size()) members_.resize(band + 1);
        members_[band].push_back(static_cast<int>(i));
      }
    }
  }
  size_t band_of(float y) const { return static_cast<size_t>(std::max(0.0F, y - lowest_) / height_); }
  const std::vector<int>& members(size_t band) const { return members_[band]; }

 private:
  float height_, lowest_ = 1e9F;
  std::vector<std::vector<int>> members_;
};

float median_height(const std::vector<Letter>& letters) {
  std::vector<float> heights;
  for (const Letter& letter : letters) heights.push_back(letter.height());
  return median(std::move(heights));
}

// Some letters of a chain that follow each other.
struct Stretch {
  size_t first = 0, end = 0;
};

// Slopes between letters half a stretch apart (Theil and Sen): descenders and capitals do not turn their
// median.
void add_slopes(const std::vector<Letter>& chain, const Stretch& stretch, std::vector<float>& slopes) {
  const size_t half = (stretch.end - stretch.first) / 2;
  for (size_t i = stretch.first; i + half < stretch.end; ++i) {
    const Letter &a = chain[i], &b = chain[i + half];
    slopes.push_back((b.bottom - a.bottom) / std::max(1.0F, b.middle() - a.middle()));
  }
}

// The slope that two stretches have in common: a page curls towards its edge.
float common_slope(const std::vector<Letter>& chain, const Stretch& left, const Stretch& right) {
  constexpr float kMostCurled = 0.05F;
  std::vector<float> slopes;
  add_slopes(chain, left, slopes);
  add_slopes(chain, right, slopes);
  return std::clamp(median(std::move(slopes)), -kMostCurled, kMostCurled);
}

// Where a chain, sorted from left to right, changes to another row; its size when it does not.
size_t step_in(const std::vector<Letter>& chain) {
  constexpr size_t kFewest = 5, kBeside = 10;  // letters that tell a baseline, and those that are asked
  constexpr float kGap = 0.5F, kStep = 0.3F;   // in letter heights
  const auto baseline = [&](const Stretch& stretch, float slope) {
    std::vector<float> bottoms;
    for (size_t i = stretch.first; i < stretch.end; ++i)
      bottoms.push_back(chain[i].bottom - slope * chain[i].middle());
    return median(std::move(bottoms));
  };
  size_t best = chain.size();
  float largest = 0;
  for (size_t i = kFewest; i + kFewest <= chain.size(); ++i) {
    const float size = 0.5F * (chain[i - 1].height() + chain[i].height());
    if (chain[i].x0 - chain[i - 1].x1 < kGap * size) continue;
    const Stretch left{i - std::min(i, kBeside), i}, right{i, std::min(chain.size(), i + kBeside)};
    const float slope = common_slope(chain, left, right);
    const float step = std::abs(baseline(right, slope) - baseline(left, slope));
    if (step > std::max(largest, kStep * size)) largest = step, best = i;
  }
  return best;
}

}  // namespace

std::vector<std::vector<Letter>> chain_letters(std::vector<Letter> letters, float reach) {
  if (letters.empty()) return {};
  std::sort(letters.begin(), letters.end(), from_left);
  const int count = static_cast<int>(letters.size());
  const Bands bands(letters, std::max(4.0F, 2 * median_height(letters)));
  std::vector<int> right(count, -1), left(count, -1);
  std::vector<float> right_cost(count, 1e9F), left_cost(count, 1e9F);
  for (int i = 0; i < count; ++i) {
    const Letter& a = letters[i];
    const float limit = a.x1 + reach * kMaxSizeRatio * a.height();
    for (size_t band = bands.band_of(a.top); band <= bands.band_of(a.bottom); ++band) {
      const std::vector<int>& members = bands.members(band);
      auto next = std::upper_bound(members.begin(), members.end(), i);
      int seen = 0;
      // Beyond the nearest few, nothing can be a better neighbour.
      for (; next != members.end() && letters[*next].x0 <= limit && seen < 24; ++next) {
        const int j = *next;
        const float cost = cost_of_link(a, letters[j], reach);
        if (cost >= 1e9F) continue;
        ++seen;
        if (cost < right_cost[i]) right_cost[i] = cost, right[i] = j;
        if (cost < left_cost[j]) left_cost[j] = cost, left[j] = i;
      }
    }
  }
  std::vector<std::vector<Letter>> chains;
  for (int i = 0; i < count; ++i) {
    if (left[i] >= 0 && right[left[i]] == i) continue;  // not the first of its chain
    std::vector<Letter>& chain = chains.emplace_back();
    for (int k = i; k >= 0;) {
      chain.push_back(letters[k]);
      const int next = right[k];
      k = next >= 0 && left[next] == k ? next : -1;
    }
  }
  return chains;
}

std::vector<std::vector<Letter>> cut_at_steps(std::vector<std::vector<Letter>> chains) {
  std::vector<std::vector<Letter>> cut;
  while (!chains.empty()) {
    std::vector<Letter> chain = std::move(chains.back());
    chains.pop_back();
    const size_t step = step_in(chain);
    if (step < chain.size()) {
      chains.emplace_back(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(step));
      chains.emplace_back(chain.begin() + static_cast<std::ptrdiff_t>(step), chain.end());
    } else {
      cut.push_back(std::move(chain));
    }
  }
  return cut;
}

float tilt_of(const std::vector<std::vector<Letter>>& chains) {
  std::vector<std::pair<float, float>> slopes;  // with the chain's length
  for (const auto& chain : chains) {
    if (chain.size() < 8) continue;
    std::vector<float> steps;
    add_slopes(chain, {0, chain.size()}, steps);
    slopes.emplace_back(median(std::move(steps)), chain.back().x1 - chain.front().x0);
  }
  return weighted_median(std::move(slopes));
}

}  // namespace ocrbatch::pipeline
