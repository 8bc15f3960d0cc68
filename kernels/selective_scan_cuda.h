// The selective scan on a CUDA device: launches of selective_scan_{forward,backward}_thread.h. No LibTorch
// type, so that nvcc need not read its headers.
#pragma once

#include "kernels/number_type.h"
#include "kernels/selective_scan_arrays.h"

namespace ocrbatch::kernels {

// Channels that one warp has, and whose gradients of B and C come in one sum.
inline constexpr int kScanWarp = 32;

// `count` scans, one or two, of the same lines, channels and states in one launch. Arrays of void are arrays
// of numbers of the type that goes with them. All pointers are of the device that `stream` (a cudaStream_t)
// belongs to. Throws std::runtime_error with CUDA's message when a launch fails.
void scan_forward_cuda(NumberType type, const ScanForward<void>* scans, int count, void* stream);
void scan_backward_cuda(NumberType type, const ScanBackward<void>* scans, int count, void* stream);

}  // namespace ocrbatch::kernels
