// Checks and dispatch of greedy CTC decoding.
#include "kernels/ctc_greedy.h"

#include <ATen/ATen.h>

#include "kernels/check.h"
#include "kernels/ctc_greedy_cpu.h"
#include "kernels/ctc_greedy_on_cuda.h"
#include "kernels/parallel_lines.h"

namespace ocrbatch::kernels {
namespace {

CtcGreedyLabels greedy_on_cpu(const at::Tensor& logits_in, const at::Tensor& frames) {
  const at::Tensor logits = logits_in.to(at::kFloat).contiguous();
  const int64_t batch = logits.size(0), steps = logits.size(1), classes = logits.size(2);
  CtcGreedyLabels out;
  out.counts = at::empty({batch}, at::kInt);
  out.labels = at::empty({batch, steps}, at::kInt);
  out.first_frames = at::empty({batch, steps}, at::kInt);
  out.last_frames = at::empty({batch, steps}, at::kInt);
  out.probabilities = at::empty({batch, steps}, at::kFloat);
  int* const counts = out.counts.mutable_data_ptr<int>();
  parallel_lines(batch, [&](int64_t b) {
    counts[b] = ctc_greedy_line_cpu(
        logits.const_data_ptr<float>() + b * steps * classes, frames.const_data_ptr<int>()[b], classes,
        {out.labels.mutable_data_ptr<int>() + b * steps, out.first_frames.mutable_data_ptr<int>() + b * steps,
         out.last_frames.mutable_data_ptr<int>() + b * steps,
         out.probabilities.mutable_data_ptr<float>() + b * steps});
  });
  return out;
}

}  // namespace

CtcGreedyLabels ctc_greedy(const at::Tensor& logits, const at::Tensor& frames) {
  TORCH_CHECK(logits.dim() == 3 && logits.is_floating_point() && logits.size(2) >= 1,
              "ctc_greedy: logits should be floating-point (batch, T, classes), got ", logits.sizes());
  check_lengths("ctc_greedy", frames, logits.size(0), logits.size(1), "frames");
  TORCH_CHECK(logits.is_cpu() || (logits.is_cuda() && kCtcGreedyHasCuda), "ctc_greedy: no kernel for device ",
              logits.device());
  return logits.is_cuda() ? ctc_greedy_on_cuda(logits, frames) : greedy_on_cpu(logits, frames);
}

}  // namespace ocrbatch::kernels
