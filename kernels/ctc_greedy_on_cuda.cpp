#include "kernels/ctc_greedy_on_cuda.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "kernels/ctc_greedy_cuda.h"
#include "kernels/number_type_of.h"

namespace ocrbatch::kernels {

CtcGreedyLabels ctc_greedy_on_cuda(const at::Tensor& logits_in, const at::Tensor& frames_in) {
  const c10::cuda::CUDAGuard guard(logits_in.device());
  const at::Tensor logits = logits_in.contiguous(), frames = frames_in.to(logits.device());
  const int64_t batch = logits.size(0), steps = logits.size(1);
  const auto ints = logits.options().dtype(at::kInt), floats = logits.options().dtype(at::kFloat);
  const at::Tensor best = at::empty({batch, steps}, ints), labels = at::empty({batch, steps}, ints),
                   first = at::empty({batch, steps}, ints), last = at::empty({batch, steps}, ints),
                   counts = at::empty({batch}, ints), of_best = at::empty({batch, steps}, floats),
                   probabilities = at::empty({batch, steps}, floats);
  CtcGreedyArrays<float> arrays;
  arrays.batch = batch, arrays.steps = steps, arrays.classes = logits.size(2);
  arrays.frames = frames.const_data_ptr<int>();
  arrays.best = best.mutable_data_ptr<int>();
  arrays.best_probability = of_best.mutable_data_ptr<float>();
  arrays.counts = counts.mutable_data_ptr<int>();
  arrays.labels = labels.mutable_data_ptr<int>();
  arrays.first_frames = first.mutable_data_ptr<int>();
  arrays.last_frames = last.mutable_data_ptr<int>();
  arrays.probabilities = probabilities.mutable_data_ptr<float>();
  ctc_greedy_cuda(arrays, number_type_of("ctc_greedy", logits), logits.const_data_ptr(),
                  c10::cuda::getCurrentCUDAStream(logits.device().index()).stream());
  // Only as many columns as there are labels travel.
  const at::Tensor counts_here = counts.to(at::kCPU);
  const int64_t most = batch == 0 ? 0 : counts_here.max().item<int>();
  const auto here = [&](const at::Tensor& t) { return t.slice(1, 0, most).contiguous().to(at::kCPU); };
  return {counts_here, here(labels), here(first), here(last), here(probabilities)};
}

}  // namespace ocrbatch::kernels
