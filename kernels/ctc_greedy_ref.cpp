#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/ctc_greedy.h"

namespace ocrbatch::kernels {
namespace {

// Class and probability of a frame.
std::pair<int, double> best_class(const double* row, int64_t classes) {
  const bool has_nan = std::any_of(row, row + classes, [](double x) { return std::isnan(x); });
  const double* const best = std::max_element(row, row + classes);
  if (has_nan || !std::isfinite(*best)) return {0, 0};
  double sum = 0;
  for (int64_t c = 0; c < classes; ++c) sum += std::exp(row[c] - *best);
  return {static_cast<int>(best - row), 1 / sum};
}

}  // namespace

CtcGreedyLabels ctc_greedy_reference(const at::Tensor& logits_in, const at::Tensor& frames) {
  const at::Tensor logits = logits_in.detach().to(at::kCPU, at::kDouble).contiguous();
  const int64_t batch = logits.size(0), steps = logits.size(1), classes = logits.size(2);
  CtcGreedyLabels out;
  out.counts = at::zeros({batch}, at::kInt);
  out.labels = at::zeros({batch, steps}, at::kInt);
  out.first_frames = at::zeros({batch, steps}, at::kInt);
  out.last_frames = at::zeros({batch, steps}, at::kInt);
  out.probabilities = at::zeros({batch, steps}, at::kDouble);
  for (int64_t b = 0; b < batch; ++b) {
    int count = 0, previous = 0;
    for (int t = 0; t < frames.const_data_ptr<int>()[b]; ++t) {
      const auto [label, probability] =
          best_class(logits.const_data_ptr<double>() + (b * steps + t) * classes, classes);
      if (label != 0) {
        if (label != previous) {
          out.labels[b][count] = label;
          out.first_frames[b][count] = t;
          ++count;
        }
        out.last_frames[b][count - 1] = t;
        out.probabilities[b][count - 1] =
            std::max(out.probabilities[b][count - 1].item<double>(), probability);
      }
      previous = label;
    }
    out.counts[b] = count;
  }
  return out;
}

}  // namespace ocrbatch::kernels
