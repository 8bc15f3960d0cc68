// Inputs of the CTC loss that its tests share.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "kernels/ctc_loss.h"

namespace ocrbatch::kernels {

struct CtcLineShape {
  int frames;
  std::vector<int> labels;
};

struct CtcShape {
  int64_t steps, classes;
  std::vector<CtcLineShape> lines;
};

inline CtcLossInputs random_ctc_inputs(const CtcShape& shape) {
  torch::manual_seed(5);
  std::vector<int> frames, labels, counts;
  for (const CtcLineShape& line : shape.lines) {
    frames.push_back(line.frames);
    counts.push_back(static_cast<int>(line.labels.size()));
    labels.insert(labels.end(), line.labels.begin(), line.labels.end());
  }
  CtcLossInputs in;
  in.logits = torch::randn({static_cast<int64_t>(shape.lines.size()), shape.steps, shape.classes}) * 2;
  in.frames = torch::tensor(frames, torch::kInt);
  in.labels = torch::tensor(labels, torch::kInt);
  in.label_counts = torch::tensor(counts, torch::kInt);
  return in;
}

inline std::vector<int> counting_labels(int count, int classes) {
  std::vector<int> labels;
  for (int i = 0; i < count; ++i) labels.push_back(1 + (i * i / 3) % (classes - 1));  // with repeats
  return labels;
}

// Empty lines, no frames, repeats, too few frames by one, exactly enough; label counts around vectors and
// warps.
inline std::vector<CtcShape> ctc_shapes() {
  return {
      {1, 2, {{1, {1}}}},
      {7, 3, {{7, {1, 1, 2}}, {4, {1, 1, 2}}, {3, {1, 1, 2}}, {0, {}}, {0, {2}}, {5, {}}, {7, {2, 2, 2, 2}}}},
      {9, 17, {{9, {16, 1, 16}}, {2, {3, 4}}, {1, {3, 4}}}},
      {40, 16, {{40, counting_labels(15, 16)}, {33, counting_labels(16, 16)}, {40, counting_labels(17, 16)}}},
      {90, 33, {{90, counting_labels(31, 33)}, {85, counting_labels(32, 33)}, {90, counting_labels(33, 33)}}},
      {3, 1, {{3, {}}}},
      {4, 5, {}},
      {300, 70, {{300, counting_labels(120, 70)}, {299, counting_labels(64, 70)}}},
  };
}

// LibTorch's own loss of each line; `logits` may be of double precision.
inline torch::Tensor torch_ctc_losses(const CtcLossInputs& in, const torch::Tensor& logits) {
  return torch::ctc_loss(torch::log_softmax(logits, -1).transpose(0, 1), in.labels.to(torch::kLong),
                         in.frames.to(torch::kLong), in.label_counts.to(torch::kLong), kCtcBlank,
                         at::Reduction::None, /*zero_infinity=*/true);
}

}  // namespace ocrbatch::kernels
