// Connectionist temporal classification (Graves et al. 2006), with the softmax over classes included.
//
// For every line b, with frames[b] rows of logits and label_counts[b] labels, the loss is
//     -log sum over alignments of prod_t softmax(logits[b, t])[alignment_t]
// where an alignment gives each frame a label or the blank (class 0) and spells the labels once repeats are
// merged and blanks dropped. Rows at t >= frames[b] are not read, and their gradient is zero.
#pragma once

#include <ATen/core/Tensor.h>

namespace ocrbatch::kernels {

inline constexpr int kCtcBlank = 0;

struct CtcLossInputs {
  at::Tensor logits;        // (batch, T, classes) float32, bfloat16 or float16; finite
  at::Tensor frames;        // (batch) int32 on the CPU, each in 0 .. T
  at::Tensor labels;        // (sum of label_counts) int32 on the CPU, each in 1 .. classes-1, line after line
  at::Tensor label_counts;  // (batch) int32 on the CPU; 0 is a line of blanks
};

// Returns the loss of each line, (batch) float32; differentiable once, in the logits. A line that its frames
// are too few for has loss and gradient zero; one with a logit that is not finite has both not-a-number.
// Computes in float32 whatever the logits' dtype. Throws c10::Error naming what does not fit.
at::Tensor ctc_loss(const CtcLossInputs& inputs);

// The definition in plain loops and double precision, without autograd; float64 result. Tests compare with
// it.
at::Tensor ctc_loss_reference(const CtcLossInputs& inputs);

}  // namespace ocrbatch::kernels
