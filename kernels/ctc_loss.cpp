// Checks, dispatch and autograd of the CTC loss.
#include "kernels/ctc_loss.h"

#include <torch/torch.h>

#include <vector>

#include "kernels/check.h"
#include "kernels/ctc_loss_cpu.h"
#include "kernels/ctc_loss_on_cuda.h"
#include "kernels/parallel_lines.h"

namespace ocrbatch::kernels {
namespace {

void check_integers(const char* name, const at::Tensor& tensor, int64_t count) {
  TORCH_CHECK(tensor.defined() && tensor.is_cpu() && tensor.scalar_type() == at::kInt &&
                  tensor.is_contiguous() && tensor.dim() == 1 && tensor.size(0) == count,
              "ctc_loss: ", name, " should be ", count, " int32 on the CPU");
}

void check_inputs(const CtcLossInputs& in) {
  TORCH_CHECK(in.logits.dim() == 3 && in.logits.is_floating_point() && in.logits.size(2) >= 1,
              "ctc_loss: logits should be floating-point (batch, T, classes), got ", in.logits.sizes());
  const int64_t batch = in.logits.size(0), classes = in.logits.size(2);
  check_lengths("ctc_loss", in.frames, batch, in.logits.size(1), "frames");
  check_integers("label_counts", in.label_counts, batch);
  int64_t total = 0;
  for (int64_t b = 0; b < batch; ++b) {
    const int count = in.label_counts.const_data_ptr<int>()[b];
    TORCH_CHECK(count >= 0, "ctc_loss: label_counts[", b, "] should not be negative, got ", count);
    total += count;
  }
  check_integers("labels", in.labels, total);
  for (int64_t i = 0; i < total; ++i) {
    const int label = in.labels.const_data_ptr<int>()[i];
    TORCH_CHECK(label > kCtcBlank && label < classes, "ctc_loss: labels[", i, "] should be 1 to ",
                classes - 1, ", got ", label);
  }
  TORCH_CHECK(in.logits.is_cpu() || (in.logits.is_cuda() && kCtcLossHasCuda),
              "ctc_loss: no kernel for device ", in.logits.device());
}

// Losses, and the gradient of their sum into `gradient` when that is defined.
at::Tensor losses_on_cpu(const CtcLossInputs& in, const at::Tensor& gradient) {
  const at::Tensor logits = in.logits.to(at::kFloat).contiguous();
  const int64_t batch = logits.size(0), steps = logits.size(1), classes = logits.size(2);
  at::Tensor losses = at::empty({batch}, logits.options());
  const int *frames = in.frames.const_data_ptr<int>(), *counts = in.label_counts.const_data_ptr<int>();
  std::vector<const int*> labels{in.labels.const_data_ptr<int>()};
  for (int64_t b = 0; b < batch; ++b) labels.push_back(labels.back() + counts[b]);
  float* const loss = losses.mutable_data_ptr<float>();
  parallel_lines(batch, [&](int64_t b) {
    const CtcLine line{logits.const_data_ptr<float>() + b * steps * classes, frames[b], classes,
                       labels[static_cast<size_t>(b)], counts[b]};
    float* to = nullptr;
    if (gradient.defined()) {
      to = gradient.mutable_data_ptr<float>() + b * steps * classes;
      std::fill(to + frames[b] * classes, to + steps * classes, 0.0F);
    }
    loss[b] = ctc_loss_line_cpu(line, to);
  });
  return losses;
}

// On the CPU the gradient comes out of the forward pass, where the exponentials are at hand; on a CUDA device
// the sweeps' scores are kept, and the gradient is written once, already scaled.
class CtcLossFunction : public torch::autograd::Function<CtcLossFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& logits,
                            const at::Tensor& frames, const at::Tensor& labels, const at::Tensor& counts) {
    const CtcLossInputs in{logits, frames, labels, counts};
    if (logits.is_cuda()) {
      const CtcSweepsOnCuda sweeps = ctc_sweeps_on_cuda(in);
      context->save_for_backward(sweeps.tensors);
      return sweeps.losses;
    }
    const at::Tensor gradient = at::empty(
        logits.sizes(), logits.options().dtype(at::kFloat).memory_format(at::MemoryFormat::Contiguous));
    const at::Tensor losses = losses_on_cpu(in, gradient);
    context->save_for_backward({gradient});
    context->saved_data["dtype"] = static_cast<int64_t>(logits.scalar_type());
    return losses;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    const auto saved = context->get_saved_variables();
    at::Tensor gradient;
    if (grads[0].is_cuda()) {
      gradient = ctc_gradient_on_cuda(saved, grads[0]);
    } else {
      const auto dtype = static_cast<at::ScalarType>(context->saved_data["dtype"].toInt());
      gradient = (saved[0] * grads[0].to(at::kFloat).view({-1, 1, 1})).to(dtype);
    }
    return {gradient, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor ctc_loss(const CtcLossInputs& in) {
  check_inputs(in);
  if (at::GradMode::is_enabled() && in.logits.requires_grad())
    return CtcLossFunction::apply(in.logits, in.frames, in.labels, in.label_counts);
  return in.logits.is_cuda() ? ctc_sweeps_on_cuda(in).losses : losses_on_cpu(in, at::Tensor());
}

}  // namespace ocrbatch::kernels
