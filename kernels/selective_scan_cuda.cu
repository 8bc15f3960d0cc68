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

dim3 grid_of(int64_t channels, int64_t batch, int scans) {
  return dim3(static_cast<unsigned>((channels + kThreads - 1) / kThreads), static_cast<unsigned>(batch),
              static_cast<unsigned>(scans));
}

// Both directions of a bidirectional layer: twice the blocks, where the lines of a batch alone would not fill
// the device.
template <class Number>
struct ScanPair {
  ScanArrays<Number> scans[2];
  Number* outs[2] = {};
};

template <int kCapacity, class Number>
__global__ void __launch_bounds__(kThreads) forward_kernel(ScanPair<Number> pair) {
  const int64_t channel = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  const ScanArrays<Number>& in = pair.scans[blockIdx.z];
  if (channel < in.channels) scan_forward_thread<kCapacity>(in, blockIdx.y, channel, pair.outs[blockIdx.z]);
}

template <int kCapacity, class Number>
__global__ void __launch_bounds__(kThreads)
    backward_kernel(ScanArrays<Number> in, const Number* grad_out, ScanGradientArrays<Number> grad,
                    float* checkpoints, int64_t rows, float* partial_BC) {
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

void scan_forward_cuda(NumberType type, const ScanArrays<void>* scans, void* const* outs, int count,
                       void* stream) {
  const ScanArrays<void>& first = scans[0];
  if (first.batch == 0 || first.channels == 0 || first.steps == 0) return;
  with_number(type, [&](auto number) {
    using Number = decltype(number);
    ScanPair<Number> pair;
    for (int i = 0; i < count; ++i) {
      pair.scans[i] = typed<Number>(scans[i]);
      pair.outs[i] = static_cast<Number*>(outs[i]);
    }
    with_capacity(first.states, [&](auto capacity) {
      forward_kernel<decltype(capacity)::value>
          <<<grid_of(first.channels, first.batch, count), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
              pair);
    });
  });
  check_launch("selective_scan forward");
}

void scan_backward_cuda(NumberType type, const ScanArrays<void>& in, const void* grad_out,
                        const ScanGradientArrays<void>& gradients, float* checkpoints, int64_t rows,
                        float* partial_BC, void* stream) {
  if (in.batch == 0 || in.channels == 0 || in.steps == 0) return;
  with_number(type, [&](auto number) {
    using Number = decltype(number);
    with_capacity(in.states, [&](auto capacity) {
      backward_kernel<decltype(capacity)::value>
          <<<grid_of(in.channels, in.batch, 1), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
              typed<Number>(in), static_cast<const Number*>(grad_out), typed<Number>(gradients), checkpoints,
              rows, partial_BC);
    });
  });
  check_launch("selective_scan backward");
}

}  // namespace ocrbatch::kernels
