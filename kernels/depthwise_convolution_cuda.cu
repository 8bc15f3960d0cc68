#include "kernels/depthwise_convolution_cuda.h"

#include "kernels/cuda_launch.h"

namespace ocrbatch::kernels {
namespace {

// A thread a channel: neighbours in a warp read neighbours in memory.
constexpr int kThreads = 128;

dim3 grid_of(const ConvolutionArrays& in) {
  return dim3(static_cast<unsigned>((in.channels + kThreads - 1) / kThreads),
              static_cast<unsigned>(in.batch));
}

__global__ void __launch_bounds__(kThreads) forward_kernel(ConvolutionArrays in, float* out) {
  const int64_t channel = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (channel < in.channels) convolve_forward_thread(in, blockIdx.y, channel, out);
}

__global__ void __launch_bounds__(kThreads)
    backward_kernel(ConvolutionArrays in, const float* grad_out, float* grad_x, float* grad_weight,
                    float* grad_bias) {
  const int64_t channel = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (channel < in.channels)
    convolve_backward_thread(in, blockIdx.y, channel, grad_out, grad_x, grad_weight, grad_bias);
}

}  // namespace

void convolve_forward_cuda(const ConvolutionArrays& in, float* out, void* stream) {
  if (in.batch == 0 || in.channels == 0 || in.steps == 0) return;
  forward_kernel<<<grid_of(in), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(in, out);
  check_launch("depthwise_convolution forward");
}

void convolve_backward_cuda(const ConvolutionArrays& in, const float* grad_out, float* grad_x,
                            float* grad_weight, float* grad_bias, void* stream) {
  if (in.batch == 0 || in.channels == 0 || in.steps == 0) return;
  backward_kernel<<<grid_of(in), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(in, grad_out, grad_x,
                                                                                   grad_weight, grad_bias);
  check_launch("depthwise_convolution backward");
}

}  // namespace ocrbatch::kernels
