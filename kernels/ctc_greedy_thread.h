// Greedy CTC decoding as warps of CUDA threads do it (block.h), in two kernels: the best class of every row,
// and each line's labels from those. Compiled for the CPU as well, where the tests hold it to the reference.
// Shapes and meaning as in ctc_greedy.h.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/block.h"

namespace ocrbatch::kernels {

template <class Number>
struct CtcGreedyArrays {
  int64_t batch = 0, steps = 0, classes = 0;
  const Number* logits = nullptr;  // (batch, steps, classes)
  const int* frames = nullptr;     // (batch)
  // What the first kernel hands to the second: (batch, steps).
  int* best = nullptr;
  float* best_probability = nullptr;
  int* counts = nullptr;                                                   // (batch)
  int *labels = nullptr, *first_frames = nullptr, *last_frames = nullptr;  // (batch, steps)
  float* probabilities = nullptr;                                          // (batch, steps)
};

// The first largest of the logits seen, and the sum of exp(logit - largest); a logit that is not a number
// makes the sum so.
struct CtcBest {
  float largest, sum;
  int64_t place;
};

OCRBATCH_PER_THREAD CtcBest ctc_better(const CtcBest& a, const CtcBest& b) {
  const bool second = a.largest < b.largest || (a.largest == b.largest && b.place < a.place);
  const CtcBest &first = second ? b : a, &other = second ? a : b;
  // Equal ones are not subtracted: both may be infinite.
  const float share = first.largest == other.largest ? 1.0F : expf(other.largest - first.largest);
  return {first.largest, first.sum + other.sum * share, first.place};
}

// First kernel: class and probability of a row's best.
template <class Block, class Number>
OCRBATCH_BLOCK_CODE void ctc_best_of_row(const Block& warp, const CtcGreedyArrays<Number>& in, int64_t row,
                                         CtcBest* memory) {
  const Number* const logits = in.logits + row * in.classes;
  warp.run([&](int thread) {
    CtcBest best{-HUGE_VALF, 0, in.classes};
    for (int64_t c = thread; c < in.classes; c += warp.threads()) {
      const float x = static_cast<float>(logits[c]);
      best = ctc_better(best, {x, x == x ? 1.0F : x, c});
    }
    memory[thread] = best;
  });
  merge_over_threads(warp, memory, ctc_better);
  warp.run([&](int thread) {
    if (thread != 0) return;
    const CtcBest best = memory[0];
    const bool usable = best.sum - best.sum == 0 && best.largest - best.largest == 0;
    in.best[row] = usable ? static_cast<int>(best.place) : 0;
    in.best_probability[row] = 1 / best.sum;
  });
}

// Second kernel: the labels of a line. Each thread has a stretch of frames, and writes the labels that begin
// there behind those that begin before. `starts` holds one int a thread.
template <class Block, class Number>
OCRBATCH_BLOCK_CODE void ctc_collapse_line(const Block& warp, const CtcGreedyArrays<Number>& in, int64_t item,
                                           int* starts) {
  const int* const best = in.best + item * in.steps;
  const float* const probability = in.best_probability + item * in.steps;
  const int frames = in.frames[item], stretch = (frames + warp.threads() - 1) / warp.threads();
  const auto begins = [&](int t) { return best[t] != 0 && (t == 0 || best[t] != best[t - 1]); };
  const auto end_of = [&](int thread) {
    return (thread + 1) * stretch < frames ? (thread + 1) * stretch : frames;
  };
  warp.run([&](int thread) {
    int count = 0;
    for (int t = thread * stretch; t < end_of(thread); ++t) count += begins(t) ? 1 : 0;
    starts[thread] = count;
  });
  warp.run([&](int thread) {
    if (thread != 0) return;
    int total = 0;
    for (int i = 0; i < warp.threads(); ++i) {
      const int count = starts[i];
      starts[i] = total;
      total += count;
    }
    in.counts[item] = total;
  });
  warp.run([&](int thread) {
    int64_t at = item * in.steps + starts[thread];
    for (int t = thread * stretch; t < end_of(thread); ++t) {
      if (!begins(t)) continue;
      int last = t;
      float highest = probability[t];
      for (; last + 1 < frames && best[last + 1] == best[t]; ++last)
        highest = highest < probability[last + 1] ? probability[last + 1] : highest;
      in.labels[at] = best[t];
      in.first_frames[at] = t;
      in.last_frames[at] = last;
      in.probabilities[at] = highest;
      ++at;
    }
  });
}

}  // namespace ocrbatch::kernels
