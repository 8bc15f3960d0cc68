#include "kernels/depthwise_convolution_cuda.h"

#include <type_traits>

#include "kernels/cuda_launch.h"

namespace ocrbatch::kernels {
namespace {

// The rows convolution_forward and convolution_backward of cuda_kernels_bench are what to choose by.
struct ConvolutionLaunch {
  // A thread a channel: neighbours in a warp read neighbours in memory.
  static constexpr int kThreads = 128;

  // Registers hold what the taps meet: the smallest capacity that fits. Mamba has 4 taps.
  template <class Launch>
  static void with_capacity(int taps, Launch&& launch) {
    if (taps <= 4) return launch(std::integral_constant<int, 4>());
    launch(std::integral_constant<int, kMaxTaps>());
  }
  static dim3 grid(const ConvolutionArrays<void>& in) {
    return dim3(static_cast<unsigned>((in.channels + kThreads - 1) / kThreads),
                static_cast<unsigned>(in.parts()), static_cast<unsigned>(in.batch));
  }
};

template <int kCapacity, class Number>
__global__ void __launch_bounds__(ConvolutionLaunch::kThreads)
    forward_kernel(const __grid_constant__ ConvolutionArrays<Number> in, Number* out) {
  const int64_t channel = static_cast<int64_t>(blockIdx.x) * ConvolutionLaunch::kThreads + threadIdx.x;
  if (channel < in.channels) convolve_forward_thread<kCapacity>(in, blockIdx.z, blockIdx.y, channel, out);
}

template <int kCapacity, class Number>
__global__ void __launch_bounds__(ConvolutionLaunch::kThreads)
    backward_kernel(const __grid_constant__ ConvolutionArrays<Number> in, const Number* grad_out,
                    Number* grad_x, float* grad_shared) {
  const int64_t channel = static_cast<int64_t>(blockIdx.x) * ConvolutionLaunch::kThreads + threadIdx.x;
  if (channel < in.channels)
    convolve_backward_thread<kCapacity>(in, blockIdx.z, blockIdx.y, channel, grad_out, grad_x, grad_shared);
}

}  // namespace

void convolve_forward_cuda(NumberType type, const ConvolutionArrays<void>& in, void* out, void* stream) {
  if (in.batch == 0 || in.channels == 0 || in.steps == 0) return;
  with_number(type, [&](auto number) {
    using Number = decltype(number);
    ConvolutionLaunch::with_capacity(in.taps, [&](auto capacity) {
      forward_kernel<decltype(capacity)::value>
          <<<ConvolutionLaunch::grid(in), ConvolutionLaunch::kThreads, 0,
             static_cast<cudaStream_t>(stream)>>>(typed<Number>(in), static_cast<Number*>(out));
    });
  });
  check_launch("depthwise_convolution forward");
}

void convolve_backward_cuda(NumberType type, const ConvolutionArrays<void>& in, const void* grad_out,
                            void* grad_x, float* grad_shared, void* stream) {
  if (in.batch == 0 || in.channels == 0 || in.steps == 0) return;
  with_number(type, [&](auto number) {
    using Number = decltype(number);
    ConvolutionLaunch::with_capacity(in.taps, [&](auto capacity) {
      backward_kernel<decltype(capacity)::value><<<ConvolutionLaunch::grid(in), ConvolutionLaunch::kThreads,
                                                   0, static_cast<cudaStream_t>(stream)>>>(
          typed<Number>(in), static_cast<const Number*>(grad_out), static_cast<Number*>(grad_x), grad_shared);
    });
  });
  check_launch("depthwise_convolution backward");
}

}  // namespace ocrbatch::kernels
