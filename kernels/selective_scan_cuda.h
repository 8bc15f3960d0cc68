// The selective scan on a CUDA device: launches of selective_scan_thread.h. No LibTorch type, so that nvcc
// need not read its headers.
#pragma once

#include "kernels/number_type.h"
#include "kernels/selective_scan_thread.h"

namespace ocrbatch::kernels {

inline constexpr int kScanWarp = 32;

// Arrays of void are arrays of numbers of the type that goes with them.
// All pointers are of the device that `stream` (a cudaStream_t) belongs to. Throws std::runtime_error with
// CUDA's message when a launch fails.
//
// `count` scans, one or two, of the same lines, channels and states in one launch: `outs[i]` is the i-th
// one's.
void scan_forward_cuda(NumberType type, const ScanArrays<void>* scans, void* const* outs, int count,
                       void* stream);

// Partial sums of dB and dC: (warps, rows, 2, states), zeroed by the caller and added up over `warps`
// = ceil(channels / kScanWarp) in order, so that the result does not depend on the order in which blocks run.
void scan_backward_cuda(NumberType type, const ScanArrays<void>& in, const void* grad_out,
                        const ScanGradientArrays<void>& gradients, float* checkpoints, int64_t rows,
                        float* partial_BC, void* stream);

}  // namespace ocrbatch::kernels
