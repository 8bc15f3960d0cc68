// The CTC loss as blocks of CUDA threads compute it (block.h), in three kernels: the log-sum of every row, a
// warp a row; alpha and beta at once, a block a line; the gradient, a warp a row. Compiled for the CPU as
// well, where the tests hold it to the reference. Shapes and meaning as in ctc_loss.h.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/block.h"

namespace ocrbatch::kernels {

// Log-probability of what cannot be: sums of thousands of these stay finite, and nothing likely comes near.
inline constexpr float kCtcNever = -1e30F;

// Number is float, or a half-precision type that converts to float and back.
template <class Number>
struct CtcArrays {
  int64_t batch = 0, steps = 0, classes = 0;
  int64_t max_labels = 0;           // of a line in this batch
  const Number* logits = nullptr;   // (batch, steps, classes)
  const int* frames = nullptr;      // (batch)
  const int* labels = nullptr;      // line after line
  const int* line_start = nullptr;  // (batch + 1): where a line's labels begin
  // Places in the line, in the order of their labels and then of their own: equal labels lie together.
  const int* by_label = nullptr;
  // What the kernels hand on. A line's states are its blanks, 0 .. max_labels, and its labels.
  float* log_sums = nullptr;  // (batch, steps): log of the sum of exp(logits)
  float* shifts = nullptr;    // (batch, steps): the largest logit of those that the line has to do with
  float* alpha = nullptr;     // (batch, steps, 2, max_labels + 1), relative to the sum of shifts
  float* beta = nullptr;      // likewise, the frame's own score included
  float* totals = nullptr;    // (batch): log of the sum over alignments, without shifts; kCtcNever: none

  OCRBATCH_PER_THREAD int label_count(int64_t item) const { return line_start[item + 1] - line_start[item]; }
  OCRBATCH_PER_THREAD int64_t states() const { return 2 * (max_labels + 1); }
};

OCRBATCH_PER_THREAD float ctc_log_add(float a, float b) {
  const float larger = a < b ? b : a, smaller = a < b ? a : b;
  return larger + log1pf(expf(smaller - larger));
}

OCRBATCH_PER_THREAD float ctc_log_add(float a, float b, float c) {
  const float low = a < b ? a : b, high = a < b ? b : a;
  const float largest = high < c ? c : high, middle = high < c ? high : c;
  return largest + log1pf(expf(low - largest) + expf(middle - largest));
}

// sum * exp(largest) is a sum of exponentials so far. A logit that is not finite makes `sum` not a number.
struct CtcPartialSum {
  float largest, sum;
};

OCRBATCH_PER_THREAD CtcPartialSum ctc_merge(CtcPartialSum a, CtcPartialSum b) {
  const float largest = a.largest < b.largest ? b.largest : a.largest;
  return {largest, a.sum * expf(a.largest - largest) + b.sum * expf(b.largest - largest)};
}

OCRBATCH_PER_THREAD float ctc_larger(float a, float b) {
  return a < b ? b : a;
}

// What a warp shares while it works on a row.
struct CtcRowMemory {
  CtcPartialSum sums[kWarpThreads];
  float floats[kWarpThreads];
};

// First kernel: log_sums and shifts of a row.
template <class Block, class Number>
OCRBATCH_BLOCK_CODE void ctc_sum_row(const Block& warp, const CtcArrays<Number>& in, int64_t item, int64_t t,
                                     CtcRowMemory& memory) {
  const Number* const row = in.logits + (item * in.steps + t) * in.classes;
  const int* const labels = in.labels + in.line_start[item];
  const int count = in.label_count(item);
  warp.run([&](int thread) {
    CtcPartialSum partial{-3.4e38F, 0};
    for (int64_t c = thread; c < in.classes; c += warp.threads()) {
      const float x = static_cast<float>(row[c]);
      partial = ctc_merge(partial, {x, 1 + (x - x)});
    }
    memory.sums[thread] = partial;
    float shift = static_cast<float>(row[0]);
    for (int i = thread; i < count; i += warp.threads())
      shift = ctc_larger(shift, static_cast<float>(row[labels[i]]));
    memory.floats[thread] = shift;
  });
  merge_over_threads(warp, memory.sums, ctc_merge);
  merge_over_threads(warp, memory.floats, ctc_larger);
  warp.run([&](int thread) {
    if (thread != 0) return;
    in.log_sums[item * in.steps + t] = memory.sums[0].largest + logf(memory.sums[0].sum);
    in.shifts[item * in.steps + t] = memory.floats[0];
  });
}

// A line as the sweeps walk over it. `blank` and `label` of a frame's states are apart, as neighbours in
// memory.
template <class Number>
struct CtcSweep {
  const CtcArrays<Number>& in;
  int64_t item;
  const int* labels;
  int count, frames;

  OCRBATCH_PER_THREAD CtcSweep(const CtcArrays<Number>& arrays, int64_t line)
      : in(arrays),
        item(line),
        labels(arrays.labels + arrays.line_start[line]),
        count(arrays.label_count(line)),
        frames(arrays.frames[line]) {}

  OCRBATCH_PER_THREAD float score(int64_t t, int label) const {
    const int64_t row = item * in.steps + t;
    return static_cast<float>(in.logits[row * in.classes + label]) - in.shifts[row];
  }
  OCRBATCH_PER_THREAD bool may_skip_to(int i) const {
    return i > 0 && i < count && labels[i] != labels[i - 1];
  }
  OCRBATCH_PER_THREAD float* states(float* table, int64_t t) const {
    return table + (item * in.steps + t) * in.states();
  }

  // Blank i and label i of frame t, from the frame before (null for the first). Writes to the table and to
  // `now`, which the next frame reads.
  OCRBATCH_PER_THREAD void advance_alpha(int64_t t, int i, const float* before, float* now) const {
    const int64_t label_at = in.max_labels + 1;
    const auto blank = [&](int s) { return before != nullptr ? before[s] : s == 0 ? 0.0F : kCtcNever; };
    const auto label = [&](int s) {
      return before != nullptr && s >= 0 && s < count ? before[label_at + s] : kCtcNever;
    };
    float* const kept = states(in.alpha, t);
    kept[i] = now[i] = ctc_log_add(blank(i), label(i - 1)) + score(t, 0);
    if (i >= count) return;
    kept[label_at + i] = now[label_at + i] =
        ctc_log_add(label(i), blank(i), may_skip_to(i) ? label(i - 1) : kCtcNever) + score(t, labels[i]);
  }

  // Likewise from the frame behind (null for the last).
  OCRBATCH_PER_THREAD void advance_beta(int64_t t, int i, const float* behind, float* now) const {
    const int64_t label_at = in.max_labels + 1;
    const auto blank = [&](int s) { return behind != nullptr ? behind[s] : s == count ? 0.0F : kCtcNever; };
    const auto label = [&](int s) {
      return behind != nullptr && s < count ? behind[label_at + s] : kCtcNever;
    };
    float* const kept = states(in.beta, t);
    kept[i] = now[i] = ctc_log_add(blank(i), label(i)) + score(t, 0);
    if (i >= count) return;
    kept[label_at + i] = now[label_at + i] =
        ctc_log_add(label(i), blank(i + 1), may_skip_to(i + 1) ? label(i + 1) : kCtcNever) +
        score(t, labels[i]);
  }
};

// Second kernel: alpha in the lower half of a block's threads, beta in the upper; totals and losses. `rows`
// holds 4 * in.states() floats, the frames just computed; `sums` one double a thread.
template <class Block, class Number>
OCRBATCH_BLOCK_CODE void ctc_sweep_line(const Block& block, const CtcArrays<Number>& in, int64_t item,
                                        float* rows, double* sums, float* losses) {
  const CtcSweep<Number> sweep(in, item);
  const int half = block.threads() / 2, frames = sweep.frames;
  const int64_t states = in.states();
  for (int step = 0; step < frames; ++step) {
    block.run([&](int thread) {
      const bool forward = thread < half;
      float* const of_direction = rows + (forward ? 0 : 2 * states);
      float* const now = of_direction + (step % 2) * states;
      const float* const last = step == 0 ? nullptr : of_direction + ((step + 1) % 2) * states;
      for (int i = forward ? thread : thread - half; i <= sweep.count; i += half) {
        if (forward) {
          sweep.advance_alpha(step, i, last, now);
        } else {
          sweep.advance_beta(frames - 1 - step, i, last, now);
        }
      }
    });
  }
  block.run([&](int thread) {
    double sum = 0;
    for (int64_t t = thread; t < frames; t += block.threads()) {
      const int64_t row = item * in.steps + t;
      sum += static_cast<double>(in.log_sums[row]) - static_cast<double>(in.shifts[row]);
    }
    sums[thread] = sum;
  });
  merge_over_threads(block, sums, [](double a, double b) { return a + b; });
  block.run([&](int thread) {
    if (thread != 0) return;
    float total = sweep.count == 0 ? 0.0F : kCtcNever;
    if (frames > 0) {
      const float* const last = sweep.states(in.alpha, frames - 1);
      total = last[sweep.count];
      if (sweep.count > 0) total = ctc_log_add(total, last[in.max_labels + sweep.count]);
    }
    const bool impossible = total < kCtcNever / 2;
    const bool finite = sums[0] - sums[0] == 0;
    in.totals[item] = !finite ? static_cast<float>(sums[0] - sums[0]) : impossible ? kCtcNever : total;
    losses[item] = finite && impossible ? 0.0F : static_cast<float>(sums[0] - static_cast<double>(total));
  });
}

// Third kernel: the gradient of a row, softmax less the share of alignments that each class has in it, times
// the loss's gradient.
template <class Block, class Number>
OCRBATCH_BLOCK_CODE void ctc_gradient_row(const Block& warp, const CtcArrays<Number>& in, int64_t item,
                                          int64_t t, float grad_loss, CtcRowMemory& memory,
                                          Number* gradient) {
  const CtcSweep<Number> sweep(in, item);
  const int64_t row = item * in.steps + t;
  Number* const to = gradient + row * in.classes;
  const float total = in.totals[item];
  if (t >= sweep.frames || total == kCtcNever || total != total) {
    const float value = t < sweep.frames && total != total ? total : 0.0F;
    warp.run([&](int thread) {
      for (int64_t c = thread; c < in.classes; c += warp.threads()) to[c] = static_cast<Number>(value);
    });
    return;
  }
  const float *alpha = sweep.states(in.alpha, t), *beta = sweep.states(in.beta, t);
  const auto softmax = [&](int64_t c) {
    return expf(static_cast<float>(in.logits[row * in.classes + c]) - in.log_sums[row]);
  };
  const auto share = [&](int64_t state, int label) {
    return expf(alpha[state] + beta[state] - sweep.score(t, label) - total);
  };
  warp.run([&](int thread) {
    for (int64_t c = thread; c < in.classes; c += warp.threads())
      to[c] = static_cast<Number>(grad_loss * softmax(c));
    float blanks = 0;
    for (int i = thread; i <= sweep.count; i += warp.threads()) blanks += share(i, 0);
    memory.floats[thread] = blanks;
  });
  merge_over_threads(warp, memory.floats, [](float a, float b) { return a + b; });
  const int* const order = in.by_label + in.line_start[item];
  warp.run([&](int thread) {
    if (thread == 0) to[0] = static_cast<Number>(grad_loss * (softmax(0) - memory.floats[0]));
    // The thread that comes upon a label's first place adds up all of them.
    for (int k = thread; k < sweep.count; k += warp.threads()) {
      const int label = sweep.labels[order[k]];
      if (k > 0 && sweep.labels[order[k - 1]] == label) continue;
      float sum = 0;
      for (int other = k; other < sweep.count && sweep.labels[order[other]] == label; ++other)
        sum += share(in.max_labels + 1 + order[other], label);
      to[label] = static_cast<Number>(grad_loss * (softmax(label) - sum));
    }
  });
}

}  // namespace ocrbatch::kernels
