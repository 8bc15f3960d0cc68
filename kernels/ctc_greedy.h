// Greedy CTC decoding (Graves et al. 2006): the likeliest class of each frame, repeats merged, blanks
// dropped.
#pragma once

#include <ATen/core/Tensor.h>

namespace ocrbatch::kernels {

// Labels of each line, on the CPU: row b of the others has counts[b] of them, and nothing of meaning behind.
struct CtcGreedyLabels {
  at::Tensor counts;         // (batch) int32
  at::Tensor labels;         // (batch, at least the largest count) int32, as all that follow
  at::Tensor first_frames;   // where a label begins
  at::Tensor last_frames;    // and ends, inclusive
  at::Tensor probabilities;  // float32: the highest among its frames
};

// logits (batch, T, classes) float32, bfloat16 or float16, class 0 the blank; frames (batch) int32 on the
// CPU, each in 0 .. T; rows beyond are not read. Of equal logits the first class counts. A frame with a logit
// that is not a number, or none that is finite, is a blank. Computes in float32. Throws c10::Error naming
// what does not fit.
CtcGreedyLabels ctc_greedy(const at::Tensor& logits, const at::Tensor& frames);

// The definition in plain loops and double precision (probabilities float64).
CtcGreedyLabels ctc_greedy_reference(const at::Tensor& logits, const at::Tensor& frames);

}  // namespace ocrbatch::kernels
