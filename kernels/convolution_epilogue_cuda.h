// The convolution epilogue on a CUDA device: launches of convolution_epilogue_thread.h. No LibTorch type, so
// that nvcc need not read its headers.
#pragma once

#include "kernels/convolution_epilogue_thread.h"
#include "kernels/number_type.h"

namespace ocrbatch::kernels {

// Arrays of void are arrays of numbers of the type that goes with them. All pointers are of the device that
// `stream` (a cudaStream_t) belongs to, and maps and skip lie on 16 bytes. Throws std::runtime_error with
// CUDA's message when the launch fails.
void convolution_epilogue_cuda(NumberType type, const EpilogueArrays<void>& arrays, void* stream);

}  // namespace ocrbatch::kernels
