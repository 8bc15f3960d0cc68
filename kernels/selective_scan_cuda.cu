#include "kernels/selective_scan_cuda.h"

#include <type_traits>

#include "kernels/cuda_launch.h"

namespace ocrbatch::kernels {
namespace {

// A thread a channel: neighbours in a warp read neighbours in memory. All threads of a block belong to one
// batch item and take the same number of steps.
constexpr int kThreads = 128;

// Registers hold the state, so its capacity is known at compile time: the smallest rung that fits.
template <class Launch>
void with_capacity(int states, Launch&& launch) {
  if (states <= 4) return launch(std::integral_constant<int, 4>());
  if (states <= 8) return launch(std::integral_constant<int, 8>());
  if (states <= 16) return launch(std::integral_constant<int, 16>());
  launch(std::integral_constant<int, kMaxStates>());
}

dim3 grid_of(const ScanArrays& in) {
  return dim3(static_cast<unsigned>((in.channels + kThreads - 1) / kThreads),
              static_cast<unsigned>(in.batch));
}

template <int kCapacity>
__global__ void __launch_bounds__(kThreads) forward_kernel(ScanArrays in, float* out) {
  const int64_t channel = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (channel < in.channels) scan_forward_thread<kCapacity>(in, blockIdx.y, channel, out);
}

template <int kCapacity>
__global__ void __launch_bounds__(kThreads)
    backward_kernel(ScanArrays in, const float* grad_out, ScanGradientArrays grad, float* checkpoints,
                    int64_t rows, float* partial_BC) {
  const int64_t channel = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x, item = blockIdx.y;
  const int64_t warp = channel / kScanWarp;
  const unsigned active = __ballot_sync(0xFFFFFFFFU, channel < in.channels);
  if (channel >= in.channels) return;
  const int lane = threadIdx.x % kScanWarp;
  // Channels are cut off at the end of a warp only, so the active lanes are the first ones.
  const int lanes = __popc(active);
  scan_backward_thread<kCapacity>(
      in, item, channel, grad_out, grad, checkpoints, [&](int64_t t, int n, float dB, float dC) {
        for (int offset = kScanWarp / 2; offset > 0; offset /= 2) {
          const float other_B = __shfl_down_sync(active, dB, offset),
                      other_C = __shfl_down_sync(active, dC, offset);
          if (lane + offset < lanes) {
            dB += other_B;
            dC += other_C;
          }
        }
        if (lane == 0) {
          float* const row = partial_BC + (warp * rows + in.row(item, t)) * 2 * in.states;
          row[n] = dB;
          row[in.states + n] = dC;
        }
      });
}

}  // namespace

void scan_forward_cuda(const ScanArrays& in, float* out, void* stream) {
  if (in.batch == 0 || in.channels == 0 || in.steps == 0) return;
  with_capacity(in.states, [&](auto capacity) {
    forward_kernel<decltype(capacity)::value>
        <<<grid_of(in), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(in, out);
  });
  check_launch("selective_scan forward");
}

void scan_backward_cuda(const ScanArrays& in, const float* grad_out, const ScanGradientArrays& gradients,
                        float* checkpoints, int64_t rows, float* partial_BC, void* stream) {
  if (in.batch == 0 || in.channels == 0 || in.steps == 0) return;
  with_capacity(in.states, [&](auto capacity) {
    backward_kernel<decltype(capacity)::value>
        <<<grid_of(in), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(in, grad_out, gradients,
                                                                          checkpoints, rows, partial_BC);
  });
  check_launch("selective_scan backward");
}

}  // namespace ocrbatch::kernels
