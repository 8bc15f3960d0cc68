// Selective scan, the recurrence at the heart of Mamba (arXiv 2312.00752, algorithm 2), for packed text
// lines.
//
// For every batch item b and channel d, with a state of N numbers that starts at zero:
//     dt_t   = softplus(delta_t + delta_bias)          (softplus only when asked for)
//     h_t[n] = exp(dt_t * A[d, n]) * h_{t-1}[n] + dt_t * B_t[n] * u_t      (A[d, 0] for every n where A is
//     tied) y_t    = sum_n C_t[n] * h_t[n] + D[d] * u_t out_t  = y_t * silu(z_t) (only when z is given)
// t runs over 0 .. lengths[b]-1, or backwards from lengths[b]-1 to 0 with `reverse`, so a reverse scan starts
// at the line's true end. Outputs and gradients at t >= lengths[b] are zero, and nothing there is read.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace ocrbatch::kernels {

struct SelectiveScanInputs {
  at::Tensor u;           // (batch, T, channels)
  at::Tensor delta;       // (batch, T, channels)
  at::Tensor A;           // (channels, d_state), negative; or tied, (channels, 1): a rate for all states
  at::Tensor B;           // (batch, T, d_state)
  at::Tensor C;           // (batch, T, d_state)
  at::Tensor D;           // (channels)
  at::Tensor z;           // (batch, T, channels), or undefined: no gate
  at::Tensor delta_bias;  // (channels), or undefined: zero
  at::Tensor lengths;  // (batch) int32 on the CPU, each in 0 .. T; of packed lines, rows in sum; see places
  // line_places() where several calls share the lines; undefined: made in each. Made from lengths on the
  // device, they stand for `lengths`, which then are undefined.
  at::Tensor places;
  bool delta_softplus = true;
  bool reverse = false;
};

// Returns out in u's shape and dtype; differentiable in every floating-point input. Computes in
// float32 whatever the inputs' dtype. d_state is 1 .. 64. Throws c10::Error naming the shape that does not
// fit.
at::Tensor selective_scan(const SelectiveScanInputs& inputs);

// The sum of two scans over the same lines, as a bidirectional layer needs it. The second adds to the first's
// output (CPU), or both run in one launch, forward and backward (CUDA).
at::Tensor selective_scan_sum(const SelectiveScanInputs& first, const SelectiveScanInputs& second);

// The definition in plain loops and double precision, without autograd; float64 result. Tests compare with
// it.
at::Tensor selective_scan_reference(const SelectiveScanInputs& inputs);

}  // namespace ocrbatch::kernels
