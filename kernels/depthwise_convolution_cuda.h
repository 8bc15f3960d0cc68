// The depthwise convolution on a CUDA device: launches of depthwise_convolution_thread.h. No LibTorch type,
// so that nvcc need not read its headers.
#pragma once

#include "kernels/depthwise_convolution_thread.h"
#include "kernels/number_type.h"

namespace ocrbatch::kernels {

// Arrays of void are arrays of numbers of the type that goes with them.
// All pointers are of the device that `stream` (a cudaStream_t) belongs to. Throws std::runtime_error with
// CUDA's message when a launch fails.
void convolve_forward_cuda(NumberType type, const ConvolutionArrays<void>& in, void* out, void* stream);

// grad_shared is (batch, parts, taps + 1, channels), every element written.
void convolve_backward_cuda(NumberType type, const ConvolutionArrays<void>& in, const void* grad_out,
                            void* grad_x, float* grad_shared, void* stream);

}  // namespace ocrbatch::kernels
