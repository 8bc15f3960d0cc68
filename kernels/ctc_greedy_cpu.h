// Greedy CTC decoding of one line on the CPU. No LibTorch type.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

// Rows of CtcGreedyLabels.
struct CtcGreedyRow {
  int *labels, *first_frames, *last_frames;
  float* probabilities;
};

// logits (frames, classes). Returns the number of labels.
int ctc_greedy_line_cpu(const float* logits, int64_t frames, int64_t classes, const CtcGreedyRow& to);

}  // namespace ocrbatch::kernels
