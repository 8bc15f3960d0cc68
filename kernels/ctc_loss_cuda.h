// The CTC loss on a CUDA device: launches of ctc_loss_thread.h. No LibTorch type, so that nvcc need not read
// its headers.
#pragma once

#include "kernels/ctc_loss_thread.h"
#include "kernels/number_type.h"

namespace ocrbatch::kernels {

// All pointers are of the device that `stream` (a cudaStream_t) belongs to; `logits` and `gradient` point to
// numbers of that type, and in.logits is left null. Throw std::runtime_error with CUDA's message when a
// launch fails.

// Fills in.log_sums, shifts, alpha, beta and totals, and losses (batch). `rows` is (batch, 4, in.states())
// scratch for lines whose frames are too large for shared memory, or null where ctc_rows_are_shared says so.
void ctc_sweeps_cuda(const CtcArrays<float>& in, NumberType number, const void* logits, float* losses,
                     float* rows, void* stream);
bool ctc_rows_are_shared(int64_t max_labels);

// gradient (batch, steps, classes), every element written; grad_losses (batch).
void ctc_gradient_cuda(const CtcArrays<float>& in, NumberType number, const void* logits,
                       const float* grad_losses, void* gradient, void* stream);

}  // namespace ocrbatch::kernels
