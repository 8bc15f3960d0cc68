// Checks, dispatch and autograd of the depthwise convolution.
#include "kernels/depthwise_convolution.h"

#include <torch/torch.h>

#include <optional>
#include <vector>

#include "kernels/depthwise_convolution_cpu.h"
#include "kernels/depthwise_convolution_on_cuda.h"
#include "kernels/line_rows.h"
#include "kernels/parallel_lines.h"
#include "kernels/strided_rows.h"

namespace ocrbatch::kernels {

int convolution_offset(ConvolutionWindow window, int k, int taps) {
  switch (window) {
    case ConvolutionWindow::kCausal:
      return k - (taps - 1);
    case ConvolutionWindow::kAnticausal:
      return (taps - 1) - k;
    case ConvolutionWindow::kCentred:
      return k - (taps - 1) / 2;
  }
  return 0;
}

namespace {

struct ConvolutionOperands {
  at::Tensor x, weight_t, bias, lengths;
  LineRows lines;
  std::vector<int> offsets;
  bool silu;

  ConvolutionOperands(const at::Tensor& x_in, const at::Tensor& weight, const at::Tensor& bias_in,
                      const at::Tensor& lengths_in, ConvolutionWindow window, bool silu_in)
      : x(float_rows(x_in)),
        weight_t(weight.to(at::kFloat).t().contiguous()),
        bias(bias_in.to(at::kFloat).contiguous()),
        lengths(lengths_in),
        lines("depthwise_convolution", x_in, lengths_in),
        silu(silu_in) {
    const int taps = static_cast<int>(weight.size(1));
    for (int k = 0; k < taps; ++k) offsets.push_back(convolution_offset(window, k, taps));
  }

  // Where a line's numbers begin in what has x's shape and is contiguous.
  int64_t start(int64_t b) const { return lines.first[static_cast<size_t>(b)] * x.size(-1); }

  ConvolutionLine line(int64_t b) const {
    ConvolutionLine line;
    line.length = lengths.const_data_ptr<int>()[b];
    line.channels = x.size(-1);
    line.taps = static_cast<int>(offsets.size());
    line.offsets = offsets.data();
    line.x_stride = row_stride(x);
    line.x = x.const_data_ptr<float>() + lines.first[static_cast<size_t>(b)] * line.x_stride;
    line.weight_t = weight_t.const_data_ptr<float>();
    line.bias = bias.const_data_ptr<float>();
    line.silu = silu;
    return line;
  }
};

at::Tensor forward(const ConvolutionOperands& operands) {
  at::Tensor out = at::empty(operands.x.sizes(), operands.x.options());
  parallel_lines(operands.lines.batch, [&](int64_t b) {
    const ConvolutionLine line = operands.line(b);
    float* const rows = out.mutable_data_ptr<float>() + operands.start(b);
    convolve_forward_cpu(line, rows);
    std::fill(rows + line.length * line.channels,
              rows + operands.lines.rows_of(b, line.length) * line.channels, 0.0F);
  });
  return out;
}

class DepthwiseConvolutionFunction : public torch::autograd::Function<DepthwiseConvolutionFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& lengths,
                            const std::optional<at::Tensor>& places, int64_t window, bool silu) {
    context->save_for_backward({x, weight, bias, lengths, places.value_or(at::Tensor())});
    context->saved_data["window"] = window;
    context->saved_data["silu"] = silu;
    if (x.is_cuda())
      return convolve_forward_on_cuda({x, weight, bias, lengths, static_cast<ConvolutionWindow>(window), silu,
                                       places.value_or(at::Tensor())});
    return kernels::forward(
               ConvolutionOperands(x, weight, bias, lengths, static_cast<ConvolutionWindow>(window), silu))
        .to(x.scalar_type());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2];
    const auto window = static_cast<ConvolutionWindow>(context->saved_data["window"].toInt());
    const bool silu = context->saved_data["silu"].toBool();
    if (x.is_cuda()) {
      auto gradients =
          convolve_backward_on_cuda({x, weight, bias, saved[3], window, silu, saved[4]}, grads[0]);
      gradients.resize(7);  // lengths, places, window and silu have none
      return gradients;
    }
    const ConvolutionOperands operands(x, weight, bias, saved[3], window, silu);
    const at::Tensor grad_out = grads[0].to(at::kFloat).contiguous();
    const int64_t batch = operands.lines.batch, channels = x.size(-1), taps = weight.size(1);
    at::Tensor grad_x = at::zeros(operands.x.sizes(), operands.x.options());
    // One row a batch item, added up in order afterwards: deterministic whatever the number of threads.
    at::Tensor grad_shared = at::zeros({batch, taps + 1, channels}, operands.x.options());
    parallel_lines(batch, [&](int64_t b) {
      float* const shared = grad_shared.mutable_data_ptr<float>() + b * (taps + 1) * channels;
      convolve_backward_cpu(operands.line(b), grad_out.const_data_ptr<float>() + operands.start(b),
                            grad_x.mutable_data_ptr<float>() + operands.start(b), shared,
                            shared + taps * channels);
    });
    const at::Tensor shared = grad_shared.sum(0);
    return {grad_x.to(x.scalar_type()),
            shared.slice(0, 0, taps).t().to(weight.scalar_type()),
            shared[taps].to(bias.scalar_type()),
            at::Tensor(),
            at::Tensor(),
            at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor depthwise_convolution(const DepthwiseConvolutionInputs& in) {
  const LineRows lines("depthwise_convolution", in.x, in.lengths);
  check_places("depthwise_convolution", in.places, in.lengths, in.x, lines.batch);
  TORCH_CHECK(in.weight.dim() == 2 && in.weight.size(1) >= 1 && in.weight.size(1) <= 16,
              "depthwise_convolution: weight should be (channels, 1 to 16), got ", in.weight.sizes());
  check_shape("depthwise_convolution", "weight", in.weight, {in.x.size(-1), in.weight.size(1)});
  check_shape("depthwise_convolution", "bias", in.bias, {in.x.size(-1)});
  TORCH_CHECK(in.x.is_cpu() || (in.x.is_cuda() && kConvolutionHasCuda),
              "depthwise_convolution: no kernel for device ", in.x.device());
  if (!at::GradMode::is_enabled()) {
    if (in.x.is_cuda()) return convolve_forward_on_cuda(in);
    return forward(ConvolutionOperands(in.x, in.weight, in.bias, in.lengths, in.window, in.silu))
        .to(in.x.scalar_type());
  }
  return DepthwiseConvolutionFunction::apply(in.x, in.weight, in.bias, in.lengths, std::optional(in.places),
                                             static_cast<int64_t>(in.window), in.silu);
}

}  // namespace ocrbatch::kernels
