#include "kernels/finish_maps_cuda.h"

#include <type_traits>

#include "kernels/cuda_launch.h"

namespace ocrbatch::kernels {
namespace {

// The row finish_maps of cuda_kernels_bench is what to choose by.
struct FinishMapsLaunch {
  static constexpr int kThreads = 256;

  // Channels of a thread: all that one load takes, where they divide a pixel's.
  template <class Number, class Launch>
  static void with_channels(int channels, Launch&& launch) {
    if (channels % kFinishChannels<Number> == 0)
      return launch(std::integral_constant<int, kFinishChannels<Number>>());
    launch(std::integral_constant<int, 1>());
  }
  // Rows of pixels along x, of which there may be many more than along y.
  static dim3 grid(int64_t rows, int parts) {
    return dim3(static_cast<unsigned>(rows), static_cast<unsigned>((parts + kThreads - 1) / kThreads));
  }
};

template <int kCount, class Number>
__global__ void __launch_bounds__(FinishMapsLaunch::kThreads)
    finish_kernel(const __grid_constant__ FinishMapsArrays<Number> in) {
  const int part = static_cast<int>(blockIdx.y) * FinishMapsLaunch::kThreads + static_cast<int>(threadIdx.x);
  if (part < in.columns * (in.channels / kCount)) finish_maps_thread<kCount>(in, blockIdx.x, part);
}

}  // namespace

void finish_maps_cuda(NumberType type, const FinishMapsArrays<void>& arrays, void* stream) {
  const int64_t rows = arrays.batch * arrays.rows;
  if (rows == 0 || arrays.columns == 0 || arrays.channels == 0) return;
  with_number(type, [&](auto number) {
    using Number = decltype(number);
    FinishMapsLaunch::with_channels<Number>(arrays.channels, [&](auto count) {
      constexpr int kCount = decltype(count)::value;
      const int parts = arrays.columns * (arrays.channels / kCount);
      finish_kernel<kCount><<<FinishMapsLaunch::grid(rows, parts), FinishMapsLaunch::kThreads, 0,
                              static_cast<cudaStream_t>(stream)>>>(typed<Number>(arrays));
    });
  });
  check_launch("finish_maps");
}

}  // namespace ocrbatch::kernels
