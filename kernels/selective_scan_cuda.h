// The selective scan on a CUDA device: launches of selective_scan_thread.h. No LibTorch type, so that nvcc
// need not read its headers.
#pragma once

#include "kernels/selective_scan_thread.h"

namespace ocrbatch::kernels {

inline constexpr int kScanWarp = 32;

// All pointers are of the device that `stream` (a cudaStream_t) belongs to. Throws std::runtime_error with
// CUDA's message when a launch fails.
void scan_forward_cuda(const ScanArrays& in, float* out, void* stream);

// Partial sums of dB and dC: (warps, rows, 2, states), zeroed by the caller and added up over `warps`
// = ceil(channels / kScanWarp) in order, so that the result does not depend on the order in which blocks run.
void scan_backward_cuda(const ScanArrays& in, const float* grad_out, const ScanGradientArrays& gradients,
                        float* checkpoints, int64_t rows, float* partial_BC, void* stream);

}  // namespace ocrbatch::kernels
