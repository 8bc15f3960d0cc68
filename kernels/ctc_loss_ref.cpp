#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/ctc_loss.h"

namespace ocrbatch::kernels {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  const double larger = std::max(a, b);
  return larger == kNever ? kNever : larger + std::log1p(std::exp(std::min(a, b) - larger));
}

double line_loss(const at::Tensor& logits, const std::vector<int>& labels) {
  std::vector<int> states(2 * labels.size() + 1, kCtcBlank);
  for (size_t i = 0; i < labels.size(); ++i) states[2 * i + 1] = labels[i];
  // As if a frame of blank stood before the first.
  std::vector<double> alpha(states.size(), kNever);
  alpha[0] = 0;
  for (int64_t t = 0; t < logits.size(0); ++t) {
    const double* const row = logits[t].const_data_ptr<double>();
    double sum = kNever;
    for (int64_t c = 0; c < logits.size(1); ++c) sum = log_add(sum, row[c]);
    // From the last state to the first, so that those read are still of the frame before.
    for (size_t s = states.size(); s-- > 0;) {
      if (s >= 2 && states[s] != kCtcBlank && states[s] != states[s - 2])
        alpha[s] = log_add(alpha[s], alpha[s - 2]);
      if (s >= 1) alpha[s] = log_add(alpha[s], alpha[s - 1]);
      alpha[s] += row[states[s]] - sum;
    }
  }
  const double total =
      labels.empty() ? alpha[0] : log_add(alpha[states.size() - 1], alpha[states.size() - 2]);
  return total == kNever ? 0 : -total;
}

}  // namespace

at::Tensor ctc_loss_reference(const CtcLossInputs& in) {
  const at::Tensor logits = in.logits.detach().to(at::kCPU, at::kDouble).contiguous();
  at::Tensor losses = at::zeros({logits.size(0)}, logits.options());
  const int* label = in.labels.const_data_ptr<int>();
  for (int64_t b = 0; b < logits.size(0); ++b) {
    const int count = in.label_counts.const_data_ptr<int>()[b];
    losses[b] = line_loss(logits[b].slice(0, 0, in.frames.const_data_ptr<int>()[b]), {label, label + count});
    label += count;
  }
  return losses;
}

}  // namespace ocrbatch::kernels
