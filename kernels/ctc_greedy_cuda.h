// Greedy CTC decoding on a CUDA device: launches of ctc_greedy_thread.h. No LibTorch type, so that nvcc need
// not read its headers.
#pragma once

#include "kernels/ctc_greedy_thread.h"
#include "kernels/number_type.h"

namespace ocrbatch::kernels {

// All pointers are of the device that `stream` (a cudaStream_t) belongs to; `logits` points to numbers of
// that type, and in.logits is left null. Throws std::runtime_error with CUDA's message when a launch fails.
void ctc_greedy_cuda(const CtcGreedyArrays<float>& in, NumberType number, const void* logits, void* stream);

}  // namespace ocrbatch::kernels
