#include "kernels/ctc_loss_cuda.h"
#include "kernels/cuda_launch.h"

namespace ocrbatch::kernels {
namespace {

// The rows ctc_loss of cuda_kernels_bench are what to choose by.
struct CtcLaunch {
  static constexpr int kRowsPerBlock = 8;         // a warp each
  static constexpr int kSharedBytes = 40 * 1024;  // 48 KiB need no asking; the sums take 8
  static constexpr int kMostSweepThreads = 1024;

  // A thread for each pair of blank and label in either direction, as far as a block reaches.
  static int sweep_threads(int64_t max_labels) {
    int half = kWarpThreads;
    while (half < max_labels + 1 && 2 * half < kMostSweepThreads) half *= 2;
    return 2 * half;
  }
  static int64_t row_bytes(int64_t states) { return 4 * states * static_cast<int64_t>(sizeof(float)); }
};

template <class Number>
CtcArrays<Number> with_logits(const CtcArrays<float>& in, const void* logits) {
  CtcArrays<Number> arrays;
  arrays.batch = in.batch, arrays.steps = in.steps, arrays.classes = in.classes;
  arrays.max_labels = in.max_labels;
  arrays.logits = static_cast<const Number*>(logits);
  arrays.frames = in.frames, arrays.labels = in.labels, arrays.line_start = in.line_start;
  arrays.by_label = in.by_label;
  arrays.log_sums = in.log_sums, arrays.shifts = in.shifts;
  arrays.alpha = in.alpha, arrays.beta = in.beta, arrays.totals = in.totals;
  return arrays;
}

template <class Number>
__global__ void sum_kernel(CtcArrays<Number> in) {
  __shared__ CtcRowMemory memory[CtcLaunch::kRowsPerBlock];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * CtcLaunch::kRowsPerBlock + threadIdx.y;
  if (row >= in.batch * in.steps) return;
  const int64_t item = row / in.steps, t = row % in.steps;
  if (t < in.frames[item]) ctc_sum_row(DeviceWarp(), in, item, t, memory[threadIdx.y]);
}

template <class Number>
__global__ void __launch_bounds__(CtcLaunch::kMostSweepThreads)
    sweep_kernel(CtcArrays<Number> in, float* losses, float* rows) {
  extern __shared__ float shared_rows[];
  __shared__ double sums[CtcLaunch::kMostSweepThreads];
  float* const own = rows != nullptr ? rows + blockIdx.x * 4 * in.states() : shared_rows;
  ctc_sweep_line(DeviceBlock(), in, blockIdx.x, own, sums, losses);
}

template <class Number>
__global__ void gradient_kernel(CtcArrays<Number> in, const float* grad_losses, Number* gradient) {
  __shared__ CtcRowMemory memory[CtcLaunch::kRowsPerBlock];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * CtcLaunch::kRowsPerBlock + threadIdx.y;
  if (row >= in.batch * in.steps) return;
  const int64_t item = row / in.steps, t = row % in.steps;
  ctc_gradient_row(DeviceWarp(), in, item, t, grad_losses[item], memory[threadIdx.y], gradient);
}

unsigned row_blocks(const CtcArrays<float>& in) {
  const int64_t rows = in.batch * in.steps;
  return static_cast<unsigned>((rows + CtcLaunch::kRowsPerBlock - 1) / CtcLaunch::kRowsPerBlock);
}

const dim3 kRowThreads(kWarpThreads, CtcLaunch::kRowsPerBlock);

}  // namespace

bool ctc_rows_are_shared(int64_t max_labels) {
  return CtcLaunch::row_bytes(2 * (max_labels + 1)) <= CtcLaunch::kSharedBytes;
}

void ctc_sweeps_cuda(const CtcArrays<float>& in, NumberType number, const void* logits, float* losses,
                     float* rows, void* stream) {
  if (in.batch == 0) return;
  const auto on = static_cast<cudaStream_t>(stream);
  const bool shared = ctc_rows_are_shared(in.max_labels);
  with_number(number, [&](auto example) {
    const auto arrays = with_logits<decltype(example)>(in, logits);
    if (in.steps > 0) sum_kernel<<<row_blocks(in), kRowThreads, 0, on>>>(arrays);
    sweep_kernel<<<static_cast<unsigned>(in.batch), CtcLaunch::sweep_threads(in.max_labels),
                   shared ? CtcLaunch::row_bytes(in.states()) : 0, on>>>(arrays, losses,
                                                                         shared ? nullptr : rows);
  });
  check_launch("ctc_loss sweeps");
}

void ctc_gradient_cuda(const CtcArrays<float>& in, NumberType number, const void* logits,
                       const float* grad_losses, void* gradient, void* stream) {
  if (in.batch == 0 || in.steps == 0) return;
  with_number(number, [&](auto example) {
    using Number = decltype(example);
    gradient_kernel<<<row_blocks(in), kRowThreads, 0, static_cast<cudaStream_t>(stream)>>>(
        with_logits<Number>(in, logits), grad_losses, static_cast<Number*>(gradient));
  });
  check_launch("ctc_loss gradient");
}

}  // namespace ocrbatch::kernels
