#include "kernels/ctc_loss_on_cuda.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "kernels/ctc_label_order.h"
#include "kernels/ctc_loss_cuda.h"
#include "kernels/number_type_of.h"

namespace ocrbatch::kernels {
namespace {

// Places in CtcSweepsOnCuda::tensors.
enum Kept {
  kLogits,
  kFrames,
  kLabels,
  kLineStart,
  kByLabel,
  kLogSums,
  kShifts,
  kAlpha,
  kBeta,
  kTotals,
  kKept
};

CtcArrays<float> arrays_of(const std::vector<at::Tensor>& kept) {
  CtcArrays<float> arrays;
  arrays.batch = kept[kLogits].size(0);
  arrays.steps = kept[kLogits].size(1);
  arrays.classes = kept[kLogits].size(2);
  arrays.max_labels = kept[kAlpha].size(3) - 1;
  arrays.frames = kept[kFrames].const_data_ptr<int>();
  arrays.labels = kept[kLabels].const_data_ptr<int>();
  arrays.line_start = kept[kLineStart].const_data_ptr<int>();
  arrays.by_label = kept[kByLabel].const_data_ptr<int>();
  arrays.log_sums = kept[kLogSums].data_ptr<float>();
  arrays.shifts = kept[kShifts].data_ptr<float>();
  arrays.alpha = kept[kAlpha].data_ptr<float>();
  arrays.beta = kept[kBeta].data_ptr<float>();
  arrays.totals = kept[kTotals].data_ptr<float>();
  return arrays;
}

void* stream_of(const at::Tensor& tensor) {
  return c10::cuda::getCurrentCUDAStream(tensor.device().index()).stream();
}

}  // namespace

CtcSweepsOnCuda ctc_sweeps_on_cuda(const CtcLossInputs& in) {
  const c10::cuda::CUDAGuard guard(in.logits.device());
  const CtcLabelOrder order(in.labels, in.label_counts);
  const int64_t batch = in.logits.size(0), steps = in.logits.size(1);
  const auto device = in.logits.device();
  const auto floats = in.logits.options().dtype(at::kFloat);
  std::vector<at::Tensor> kept(kKept);
  kept[kLogits] = in.logits.contiguous();
  kept[kFrames] = in.frames.to(device);
  kept[kLabels] = in.labels.to(device);
  kept[kLineStart] = at::tensor(order.line_start, at::kInt).to(device);
  kept[kByLabel] = at::tensor(order.by_label, at::kInt).to(device);
  kept[kLogSums] = at::empty({batch, steps}, floats);
  kept[kShifts] = at::empty({batch, steps}, floats);
  kept[kAlpha] = at::empty({batch, steps, 2, order.max_labels + 1}, floats);
  kept[kBeta] = at::empty({batch, steps, 2, order.max_labels + 1}, floats);
  kept[kTotals] = at::empty({batch}, floats);
  const CtcArrays<float> arrays = arrays_of(kept);
  const at::Tensor losses = at::empty({batch}, floats);
  const at::Tensor rows =
      ctc_rows_are_shared(order.max_labels) ? at::Tensor() : at::empty({batch, 4, arrays.states()}, floats);
  ctc_sweeps_cuda(arrays, number_type_of("ctc_loss", in.logits), kept[kLogits].const_data_ptr(),
                  losses.mutable_data_ptr<float>(), rows.defined() ? rows.mutable_data_ptr<float>() : nullptr,
                  stream_of(losses));
  return {losses, kept};
}

at::Tensor ctc_gradient_on_cuda(const std::vector<at::Tensor>& kept, const at::Tensor& grad_losses) {
  const c10::cuda::CUDAGuard guard(grad_losses.device());
  const at::Tensor grads = grad_losses.to(at::kFloat).contiguous();
  at::Tensor gradient = at::empty_like(kept[kLogits]);
  ctc_gradient_cuda(arrays_of(kept), number_type_of("ctc_loss", gradient), kept[kLogits].const_data_ptr(),
                    grads.const_data_ptr<float>(), gradient.mutable_data_ptr(), stream_of(grads));
  return gradient;
}

}  // namespace ocrbatch::kernels
