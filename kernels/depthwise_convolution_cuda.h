// The depthwise convolution on a CUDA device: launches of depthwise_convolution_thread.h. No LibTorch type,
// so that nvcc need not read its headers.
#pragma once

#include "kernels/depthwise_convolution_thread.h"

namespace ocrbatch::kernels {

// All pointers are of the device that `stream` (a cudaStream_t) belongs to. Throws std::runtime_error with
// CUDA's message when a launch fails.
void convolve_forward_cuda(const ConvolutionArrays& in, float* out, void* stream);
void convolve_backward_cuda(const ConvolutionArrays& in, const float* grad_out, float* grad_x,
                            float* grad_weight, float* grad_bias, void* stream);

}  // namespace ocrbatch::kernels
