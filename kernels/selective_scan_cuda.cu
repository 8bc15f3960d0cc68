#include "kernels/selective_scan_cuda.h"

#include <type_traits>

#include "kernels/cuda_launch.h"
#include "kernels/selective_scan_backward_thread.h"
#include "kernels/selective_scan_forward_thread.h"

namespace ocrbatch::kernels {
namespace {

static_assert(kScanWarp == kWarpThreads);

// Rungs by the capacity for states, which registers hold. The rows scan_forward and scan_backward of
// cuda_kernels_bench are what to choose by: N = 8 and 16 are those of models, 4 and 64 the limits.
struct ScanLaunch {
  // The smallest capacity that fits, and its rates: launch(capacity, rates).
  template <class Launch>
  static void with_capacity(const ScanArrays<void>& in, Launch&& launch) {
    if (in.states <= 4) return with_rates<4>(in, launch);
    if (in.states <= 8) return with_rates<8>(in, launch);
    if (in.states <= 16) return with_rates<16>(in, launch);
    with_rates<kMaxStates>(in, launch);
  }
  template <int kCapacity, class Launch>
  static void with_rates(const ScanArrays<void>& in, Launch&& launch) {
    constexpr std::integral_constant<int, kCapacity> capacity;
    if (in.rates < in.states) return launch(capacity, std::integral_constant<int, 1>());
    launch(capacity, capacity);
  }

  // Warps of a block share nothing: as many as it takes to have a multiprocessor full, and so few that their
  // shared memory stays below the 48 KiB that need no asking.
  static constexpr int kForwardWarps = 4;
  template <int kCapacity>
  static constexpr int kBackwardWarps = kCapacity <= 16 ? 4 : 1;

  // Blocks that a multiprocessor should hold, which caps a thread's registers: at 128 forward and 168
  // backward for the capacity of 8. The backward pass keeps kScanSteps states, and spills above that.
  template <int kCapacity>
  static constexpr int kForwardBlocks = kCapacity <= 16 ? 4 : 2;
  template <int kCapacity>
  static constexpr int kBackwardBlocks = kCapacity <= 8 ? 3 : 2;

  static dim3 threads(int warps) { return dim3(kWarpThreads, static_cast<unsigned>(warps)); }
  static dim3 grid(const ScanArrays<void>& in, int scans, int warps) {
    const int64_t channels_of_block = static_cast<int64_t>(warps) * kWarpThreads;
    return dim3(static_cast<unsigned>((in.channels + channels_of_block - 1) / channels_of_block),
                static_cast<unsigned>(in.batch), static_cast<unsigned>(scans));
  }
};

// Both directions of a bidirectional layer: twice the blocks, where the lines of a batch alone would not fill
// the device.
template <class Scan>
struct ScanPair {
  Scan scans[2];
};

__device__ int64_t first_channel_of_warp() {
  return (static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y) * kWarpThreads;
}

template <int kCapacity, int kRates, class Number>
__global__ void __launch_bounds__(ScanLaunch::kForwardWarps* kWarpThreads,
                                  ScanLaunch::kForwardBlocks<kCapacity>)
    forward_kernel(const __grid_constant__ ScanPair<ScanForward<Number>> pair) {
  __shared__ ScanTile<kCapacity> tiles[ScanLaunch::kForwardWarps][2];
  const ScanForward<Number>& scan = pair.scans[blockIdx.z];
  if (first_channel_of_warp() >= scan.in.channels) return;
  scan_forward_warp<kCapacity, kRates>(DeviceWarp(), scan, blockIdx.y, first_channel_of_warp(),
                                       tiles[threadIdx.y]);
}

template <int kCapacity, int kRates, class Number>
__global__ void __launch_bounds__(ScanLaunch::kBackwardWarps<kCapacity>* kWarpThreads,
                                  ScanLaunch::kBackwardBlocks<kCapacity>)
    backward_kernel(const __grid_constant__ ScanPair<ScanBackward<Number>> pair) {
  __shared__ ScanBackwardMemory<kCapacity> memory[ScanLaunch::kBackwardWarps<kCapacity>];
  const ScanBackward<Number>& scan = pair.scans[blockIdx.z];
  if (first_channel_of_warp() >= scan.in.channels) return;
  scan_backward_warp<kCapacity, kRates>(DeviceWarp(), scan, blockIdx.y, first_channel_of_warp(),
                                        memory[threadIdx.y]);
}

template <class Number, template <class> class Scan>
ScanPair<Scan<Number>> pair_of(const Scan<void>* scans, int count) {
  ScanPair<Scan<Number>> pair;
  for (int i = 0; i < count; ++i) pair.scans[i] = typed<Number>(scans[i]);
  return pair;
}

// Lines without steps have gradients too: zero.
bool is_empty(const ScanArrays<void>& in) {
  return in.batch == 0 || in.channels == 0;
}

}  // namespace

void scan_forward_cuda(NumberType type, const ScanForward<void>* scans, int count, void* stream) {
  const ScanArrays<void>& in = scans[0].in;
  if (is_empty(in)) return;
  with_number(type, [&](auto number) {
    using Number = decltype(number);
    ScanLaunch::with_capacity(in, [&](auto capacity, auto rates) {
      constexpr int kWarps = ScanLaunch::kForwardWarps;
      forward_kernel<decltype(capacity)::value, decltype(rates)::value, Number>
          <<<ScanLaunch::grid(in, count, kWarps), ScanLaunch::threads(kWarps), 0,
             static_cast<cudaStream_t>(stream)>>>(pair_of<Number>(scans, count));
    });
  });
  check_launch("selective_scan forward");
}

void scan_backward_cuda(NumberType type, const ScanBackward<void>* scans, int count, void* stream) {
  const ScanArrays<void>& in = scans[0].in;
  if (is_empty(in)) return;
  with_number(type, [&](auto number) {
    using Number = decltype(number);
    ScanLaunch::with_capacity(in, [&](auto capacity, auto rates) {
      constexpr int kWarps = ScanLaunch::kBackwardWarps<decltype(capacity)::value>;
      backward_kernel<decltype(capacity)::value, decltype(rates)::value, Number>
          <<<ScanLaunch::grid(in, count, kWarps), ScanLaunch::threads(kWarps), 0,
             static_cast<cudaStream_t>(stream)>>>(pair_of<Number>(scans, count));
    });
  });
  check_launch("selective_scan backward");
}

}  // namespace ocrbatch::kernels
