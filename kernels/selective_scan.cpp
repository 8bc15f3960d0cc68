// Checks, dispatch and autograd of the selective scan.
#include "kernels/selective_scan.h"

#include <torch/torch.h>

#include <span>

#include "kernels/line_rows.h"
#include "kernels/parallel_lines.h"
#include "kernels/selective_scan_cpu.h"
#include "kernels/selective_scan_on_cuda.h"
#include "kernels/strided_rows.h"

namespace ocrbatch::kernels {
namespace {

void check_inputs(const SelectiveScanInputs& in) {
  const LineRows lines("selective_scan", in.u, in.lengths);
  const int64_t channels = in.u.size(-1);
  TORCH_CHECK(in.A.dim() == 2, "selective_scan: A should be (channels, d_state), got ", in.A.sizes());
  const int64_t states = in.A.size(1);
  TORCH_CHECK(states >= 1 && states <= 64, "selective_scan: d_state should be 1 to 64, got ", states);
  check_shape("selective_scan", "delta", in.delta, in.u.sizes());
  check_shape("selective_scan", "A", in.A, {channels, states});
  check_shape("selective_scan", "B", in.B, lines.shape(in.u, states));
  check_shape("selective_scan", "C", in.C, lines.shape(in.u, states));
  check_shape("selective_scan", "D", in.D, {channels});
  if (in.z.defined()) check_shape("selective_scan", "z", in.z, in.u.sizes());
  if (in.delta_bias.defined()) check_shape("selective_scan", "delta_bias", in.delta_bias, {channels});
  TORCH_CHECK(in.u.is_cpu() || (in.u.is_cuda() && kScanHasCuda), "selective_scan: no kernel for device ",
              in.u.device());
}

at::Tensor as_floats(const at::Tensor& t) {
  return t.to(at::kFloat).contiguous();
}

// What forward and backward share: float32 inputs (B, C and z may be slices), and the arrays over channels
// padded.
struct ScanOperands {
  at::Tensor u, delta, A_t, B, C, D, z, delta_bias, lengths;
  LineRows lines;
  int64_t channels, padded, states;
  bool softplus, reverse;

  ScanOperands(const at::Tensor& u_in, const at::Tensor& delta_in, const at::Tensor& A,
               const at::Tensor& B_in, const at::Tensor& C_in, const at::Tensor& D_in, const at::Tensor& z_in,
               const at::Tensor& bias, const at::Tensor& lengths_in, bool softplus_in, bool reverse_in)
      : u(as_floats(u_in)),
        delta(as_floats(delta_in)),
        B(float_rows(B_in)),
        C(float_rows(C_in)),
        lengths(lengths_in),
        lines("selective_scan", u_in, lengths_in),
        channels(u.size(-1)),
        padded((channels + kScanPadding - 1) / kScanPadding * kScanPadding),
        states(A.size(1)),
        softplus(softplus_in),
        reverse(reverse_in) {
    A_t = at::constant_pad_nd(A.to(at::kFloat).t(), {0, padded - channels}).contiguous();
    D = at::constant_pad_nd(D_in.to(at::kFloat), {0, padded - channels}).contiguous();
    delta_bias = bias.defined()
                     ? at::constant_pad_nd(bias.to(at::kFloat), {0, padded - channels}).contiguous()
                     : at::zeros({padded}, u.options());
    if (z_in.defined()) z = float_rows(z_in);
  }

  int64_t first_row(int64_t b) const { return lines.first[static_cast<size_t>(b)]; }

  ScanLine line(int64_t b) const {
    const int64_t row = first_row(b);
    ScanLine line;
    line.length = lengths.const_data_ptr<int>()[b];
    line.channels = channels;
    line.padded = padded;
    line.states = states;
    line.softplus = softplus;
    line.reverse = reverse;
    line.u = u.const_data_ptr<float>() + row * channels;
    line.delta = delta.const_data_ptr<float>() + row * channels;
    line.A_t = A_t.const_data_ptr<float>();
    line.B_stride = row_stride(B), line.C_stride = row_stride(C);
    line.B = B.const_data_ptr<float>() + row * line.B_stride;
    line.C = C.const_data_ptr<float>() + row * line.C_stride;
    line.D = D.const_data_ptr<float>();
    if (z.defined()) {
      line.z_stride = row_stride(z);
      line.z = z.const_data_ptr<float>() + row * line.z_stride;
    }
    line.delta_bias = delta_bias.const_data_ptr<float>();
    return line;
  }
};

// The sum of scans over the same lines.
at::Tensor forward(std::span<const ScanOperands> scans) {
  const ScanOperands& first = scans.front();
  at::Tensor out = at::empty_like(first.u);
  float* const to = out.mutable_data_ptr<float>();
  parallel_lines(first.lines.batch, [&](int64_t b) {
    float* const rows = to + first.first_row(b) * first.channels;
    const int64_t length = first.line(b).length;
    for (const ScanOperands& scan : scans) scan_forward_cpu(scan.line(b), rows, /*add=*/&scan != &first);
    std::fill(rows + length * first.channels, rows + first.lines.rows_of(b, length) * first.channels, 0.0F);
  });
  return out;
}

ScanOperands operands_of(const SelectiveScanInputs& in) {
  return ScanOperands(in.u, in.delta, in.A, in.B, in.C, in.D, in.z, in.delta_bias, in.lengths,
                      in.delta_softplus, in.reverse);
}

// The inputs of one call, for autograd's save-and-restore.
class SelectiveScanFunction : public torch::autograd::Function<SelectiveScanFunction> {
 public:
  // autograd takes an absent tensor as an empty optional, never as an undefined tensor.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& u,
                            const at::Tensor& delta, const at::Tensor& A, const at::Tensor& B,
                            const at::Tensor& C, const at::Tensor& D,
                            const std::optional<at::Tensor>& maybe_z,
                            const std::optional<at::Tensor>& maybe_bias, const at::Tensor& lengths,
                            bool softplus, bool reverse) {
    const at::Tensor z = maybe_z.value_or(at::Tensor()), bias = maybe_bias.value_or(at::Tensor());
    context->save_for_backward({u, delta, A, B, C, D, z, bias, lengths});
    context->saved_data["softplus"] = softplus;
    context->saved_data["reverse"] = reverse;
    const SelectiveScanInputs in{u, delta, A, B, C, D, z, bias, lengths, softplus, reverse};
    if (u.is_cuda()) return scan_forward_on_cuda({&in, 1});
    const ScanOperands operands = operands_of(in);
    return kernels::forward({&operands, 1}).to(u.scalar_type());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &u = saved[0], &delta = saved[1], &A = saved[2], &B = saved[3], &C = saved[4],
                     &D = saved[5], &z = saved[6], &bias = saved[7], &lengths = saved[8];
    const bool softplus = context->saved_data["softplus"].toBool(),
               reverse = context->saved_data["reverse"].toBool();
    if (u.is_cuda()) {
      auto gradients =
          scan_backward_on_cuda({u, delta, A, B, C, D, z, bias, lengths, softplus, reverse}, grads[0]);
      gradients.resize(11);  // lengths, softplus and reverse have none
      return gradients;
    }
    const ScanOperands operands(u, delta, A, B, C, D, z, bias, lengths, softplus, reverse);
    const at::Tensor grad_out = as_floats(grads[0]);
    const int64_t batch = operands.lines.batch, channels = operands.channels, padded = operands.padded,
                  states = operands.states;
    at::Tensor grad_u = at::zeros_like(operands.u), grad_delta = at::zeros_like(operands.u);
    at::Tensor grad_B = at::zeros(operands.B.sizes(), operands.u.options());
    at::Tensor grad_C = at::zeros(operands.C.sizes(), operands.u.options());
    at::Tensor grad_z = z.defined() ? at::zeros_like(operands.u) : at::Tensor();
    // One row a batch item, added up in order afterwards: deterministic whatever the number of threads.
    at::Tensor grad_shared = at::zeros({batch, states + 2, padded}, operands.u.options());
    parallel_lines(batch, [&](int64_t b) {
      const ScanLine line = operands.line(b);
      const int64_t row = operands.first_row(b);
      float* const shared = grad_shared.mutable_data_ptr<float>() + b * (states + 2) * padded;
      ScanLineGradients to;
      to.u = grad_u.mutable_data_ptr<float>() + row * channels;
      to.delta = grad_delta.mutable_data_ptr<float>() + row * channels;
      to.A_t = shared;
      to.D = shared + states * padded;
      to.delta_bias = shared + (states + 1) * padded;
      to.B = grad_B.mutable_data_ptr<float>() + row * states;
      to.C = grad_C.mutable_data_ptr<float>() + row * states;
      to.z = z.defined() ? grad_z.mutable_data_ptr<float>() + row * channels : nullptr;
      scan_backward_cpu(line, grad_out.const_data_ptr<float>() + row * channels, to);
    });
    const at::Tensor shared = grad_shared.sum(0).slice(1, 0, channels);
    const auto like = [](const at::Tensor& gradient, const at::Tensor& input) {
      return input.defined() ? gradient.to(input.scalar_type()) : at::Tensor();
    };
    return {like(grad_u, u),
            like(grad_delta, delta),
            like(shared.slice(0, 0, states).t(), A),
            like(grad_B, B),
            like(grad_C, C),
            like(shared[states], D),
            like(grad_z, z),
            like(shared[states + 1], bias),
            at::Tensor(),
            at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor selective_scan(const SelectiveScanInputs& in) {
  check_inputs(in);
  if (!at::GradMode::is_enabled()) {
    if (in.u.is_cuda()) return scan_forward_on_cuda({&in, 1});
    const ScanOperands operands = operands_of(in);
    return forward({&operands, 1}).to(in.u.scalar_type());
  }
  const auto optional = [](const at::Tensor& t) { return t.defined() ? std::optional(t) : std::nullopt; };
  return SelectiveScanFunction::apply(in.u, in.delta, in.A, in.B, in.C, in.D, optional(in.z),
                                      optional(in.delta_bias), in.lengths, in.delta_softplus, in.reverse);
}

at::Tensor selective_scan_sum(const SelectiveScanInputs& first, const SelectiveScanInputs& second) {
  if (at::GradMode::is_enabled()) return selective_scan(first) + selective_scan(second);
  check_inputs(first);
  check_inputs(second);
  check_shape("selective_scan_sum", "second u", second.u, first.u.sizes());
  TORCH_CHECK(at::equal(first.lengths, second.lengths), "selective_scan_sum: the two scans' lines differ");
  const SelectiveScanInputs both[] = {first, second};
  if (first.u.is_cuda()) return scan_forward_on_cuda(both);
  const ScanOperands operands[] = {operands_of(first), operands_of(second)};
  return forward(operands).to(first.u.scalar_type());
}

}  // namespace ocrbatch::kernels
