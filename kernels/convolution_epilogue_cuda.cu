#include "kernels/convolution_epilogue_cuda.h"

#include <type_traits>

#include "kernels/cuda_launch.h"

namespace ocrbatch::kernels {
namespace {

// The row convolution_epilogue of cuda_kernels_bench is what to choose by.
struct EpilogueLaunch {
  static constexpr int kThreads = 256;

  // Channels of a thread: all that one load takes, where they divide a pixel's.
  template <class Number, class Launch>
  static void with_channels(int channels, Launch&& launch) {
    if (channels % kEpilogueChannels<Number> == 0)
      return launch(std::integral_constant<int, kEpilogueChannels<Number>>());
    launch(std::integral_constant<int, 1>());
  }
  // Rows of pixels along x, of which there may be many more than along y.
  static dim3 grid(int64_t rows, int parts) {
    return dim3(static_cast<unsigned>(rows), static_cast<unsigned>((parts + kThreads - 1) / kThreads));
  }
};

template <int kCount, class Number>
__global__ void __launch_bounds__(EpilogueLaunch::kThreads)
    epilogue_kernel(const __grid_constant__ EpilogueArrays<Number> in) {
  const int part = static_cast<int>(blockIdx.y) * EpilogueLaunch::kThreads + static_cast<int>(threadIdx.x);
  if (part < in.columns * (in.channels / kCount)) convolution_epilogue_thread<kCount>(in, blockIdx.x, part);
}

}  // namespace

void convolution_epilogue_cuda(NumberType type, const EpilogueArrays<void>& arrays, void* stream) {
  const int64_t rows = arrays.batch * arrays.rows;
  if (rows == 0 || arrays.columns == 0 || arrays.channels == 0) return;
  with_number(type, [&](auto number) {
    using Number = decltype(number);
    EpilogueLaunch::with_channels<Number>(arrays.channels, [&](auto count) {
      constexpr int kCount = decltype(count)::value;
      const int parts = arrays.columns * (arrays.channels / kCount);
      epilogue_kernel<kCount><<<EpilogueLaunch::grid(rows, parts), EpilogueLaunch::kThreads, 0,
                                static_cast<cudaStream_t>(stream)>>>(typed<Number>(arrays));
    });
  });
  check_launch("convolution_epilogue");
}

}  // namespace ocrbatch::kernels
