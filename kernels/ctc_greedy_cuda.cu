#include "kernels/ctc_greedy_cuda.h"
#include "kernels/cuda_launch.h"

namespace ocrbatch::kernels {
namespace {

// The rows ctc_greedy of cuda_kernels_bench are what to choose by.
struct CtcGreedyLaunch {
  static constexpr int kRowsPerBlock = 8;   // a warp each
  static constexpr int kLinesPerBlock = 4;  // likewise
};

unsigned blocks_of(int64_t warps, int per_block) {
  return static_cast<unsigned>((warps + per_block - 1) / per_block);
}

template <class Number>
__global__ void best_kernel(CtcGreedyArrays<Number> in) {
  __shared__ CtcBest memory[CtcGreedyLaunch::kRowsPerBlock][kWarpThreads];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * CtcGreedyLaunch::kRowsPerBlock + threadIdx.y;
  if (row >= in.batch * in.steps || row % in.steps >= in.frames[row / in.steps]) return;
  ctc_best_of_row(DeviceWarp(), in, row, memory[threadIdx.y]);
}

template <class Number>
__global__ void collapse_kernel(CtcGreedyArrays<Number> in) {
  __shared__ int starts[CtcGreedyLaunch::kLinesPerBlock][kWarpThreads];
  const int64_t item = static_cast<int64_t>(blockIdx.x) * CtcGreedyLaunch::kLinesPerBlock + threadIdx.y;
  if (item < in.batch) ctc_collapse_line(DeviceWarp(), in, item, starts[threadIdx.y]);
}

}  // namespace

void ctc_greedy_cuda(const CtcGreedyArrays<float>& in, NumberType number, const void* logits, void* stream) {
  if (in.batch == 0) return;
  const auto on = static_cast<cudaStream_t>(stream);
  with_number(number, [&](auto example) {
    using Number = decltype(example);
    CtcGreedyArrays<Number> arrays;
    arrays.batch = in.batch, arrays.steps = in.steps, arrays.classes = in.classes;
    arrays.logits = static_cast<const Number*>(logits);
    arrays.frames = in.frames;
    arrays.best = in.best, arrays.best_probability = in.best_probability;
    arrays.counts = in.counts, arrays.labels = in.labels;
    arrays.first_frames = in.first_frames, arrays.last_frames = in.last_frames;
    arrays.probabilities = in.probabilities;
    if (in.steps > 0)
      best_kernel<<<blocks_of(in.batch * in.steps, CtcGreedyLaunch::kRowsPerBlock),
                    dim3(kWarpThreads, CtcGreedyLaunch::kRowsPerBlock), 0, on>>>(arrays);
    collapse_kernel<<<blocks_of(in.batch, CtcGreedyLaunch::kLinesPerBlock),
                      dim3(kWarpThreads, CtcGreedyLaunch::kLinesPerBlock), 0, on>>>(arrays);
  });
  check_launch("ctc_greedy");
}

}  // namespace ocrbatch::kernels
