// Checks, dispatch and autograd of the selective scan.
#include "kernels/selective_scan.h"

#include <torch/torch.h>

#include <algorithm>
#include <span>
#include <vector>

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
  TORCH_CHECK(in.A.dim() == 2 && in.A.size(1) >= 1,
              "selective_scan: A should be (channels, d_state) or (channels, 1), got ", in.A.sizes());
  const int64_t rates = in.A.size(1), states = rates > 1 ? rates : in.B.size(-1);
  TORCH_CHECK(states >= 1 && states <= 64, "selective_scan: d_state should be 1 to 64, got ", states);
  check_shape("selective_scan", "delta", in.delta, in.u.sizes());
  check_shape("selective_scan", "A", in.A, {channels, rates});
  check_shape("selective_scan", "B", in.B, lines.shape(in.u, states));
  check_shape("selective_scan", "C", in.C, lines.shape(in.u, states));
  check_shape("selective_scan", "D", in.D, {channels});
  if (in.z.defined()) check_shape("selective_scan", "z", in.z, in.u.sizes());
  if (in.delta_bias.defined()) check_shape("selective_scan", "delta_bias", in.delta_bias, {channels});
  check_places("selective_scan", in.places, in.lengths, in.u, lines.batch);
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
  int64_t channels, padded, states, rates;
  bool softplus, reverse;

  explicit ScanOperands(const SelectiveScanInputs& in)
      : u(as_floats(in.u)),
        delta(as_floats(in.delta)),
        B(float_rows(in.B)),
        C(float_rows(in.C)),
        lengths(in.lengths),
        lines("selective_scan", in.u, in.lengths),
        channels(u.size(-1)),
        padded((channels + kScanPadding - 1) / kScanPadding * kScanPadding),
        states(in.B.size(-1)),
        rates(in.A.size(1)),
        softplus(in.delta_softplus),
        reverse(in.reverse) {
    A_t = at::constant_pad_nd(in.A.to(at::kFloat).t(), {0, padded - channels}).contiguous();
    D = at::constant_pad_nd(in.D.to(at::kFloat), {0, padded - channels}).contiguous();
    delta_bias = in.delta_bias.defined()
                     ? at::constant_pad_nd(in.delta_bias.to(at::kFloat), {0, padded - channels}).contiguous()
                     : at::zeros({padded}, u.options());
    if (in.z.defined()) z = float_rows(in.z);
  }

  int64_t first_row(int64_t b) const { return lines.first[static_cast<size_t>(b)]; }

  ScanLine line(int64_t b) const {
    const int64_t row = first_row(b);
    ScanLine line;
    line.length = lengths.const_data_ptr<int>()[b];
    line.channels = channels;
    line.padded = padded;
    line.states = states;
    line.rates = rates;
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

// Whether both scans' outputs go through one gate, as those of a bidirectional layer do.
bool share_gate(std::span<const SelectiveScanInputs> inputs) {
  return inputs.size() == 2 && inputs[0].z.defined() && inputs[0].z.is_same(inputs[1].z);
}

// The sum of scans over the same lines.
at::Tensor sum_on_cpu(std::span<const SelectiveScanInputs> inputs) {
  std::vector<ScanOperands> scans;
  for (const SelectiveScanInputs& in : inputs) scans.emplace_back(in);
  const ScanOperands& first = scans.front();
  at::Tensor out = at::empty_like(first.u);
  float* const to = out.mutable_data_ptr<float>();
  const bool one_gate = share_gate(inputs);
  parallel_lines(first.lines.batch, [&](int64_t b) {
    float* const rows = to + first.first_row(b) * first.channels;
    const int64_t length = first.line(b).length;
    for (const ScanOperands& scan : scans) {
      ScanLine line = scan.line(b);
      const bool is_first = &scan == &first;
      if (one_gate && is_first) line.z = nullptr;
      line.gates_sum = one_gate;
      scan_forward_cpu(line, rows, /*add=*/!is_first);
    }
    std::fill(rows + length * first.channels, rows + first.lines.rows_of(b, length) * first.channels, 0.0F);
  });
  return out.to(inputs[0].u.scalar_type());
}

// Gradients of u, delta, A, B, C, D, z and delta_bias in this order, undefined where the input is.
std::vector<at::Tensor> backward_on_cpu(const SelectiveScanInputs& in, const at::Tensor& grad) {
  const ScanOperands operands(in);
  const at::Tensor grad_out = as_floats(grad);
  const int64_t batch = operands.lines.batch, channels = operands.channels, padded = operands.padded,
                states = operands.states, rates = operands.rates;
  at::Tensor grad_u = at::zeros_like(operands.u), grad_delta = at::zeros_like(operands.u);
  at::Tensor grad_B = at::zeros(operands.B.sizes(), operands.u.options());
  at::Tensor grad_C = at::zeros(operands.C.sizes(), operands.u.options());
  at::Tensor grad_z = in.z.defined() ? at::zeros_like(operands.u) : at::Tensor();
  // One row a batch item, added up in order afterwards: deterministic whatever the number of threads.
  at::Tensor grad_shared = at::zeros({batch, rates + 2, padded}, operands.u.options());
  parallel_lines(batch, [&](int64_t b) {
    const ScanLine line = operands.line(b);
    const int64_t row = operands.first_row(b);
    float* const shared = grad_shared.mutable_data_ptr<float>() + b * (rates + 2) * padded;
    ScanLineGradients to;
    to.u = grad_u.mutable_data_ptr<float>() + row * channels;
    to.delta = grad_delta.mutable_data_ptr<float>() + row * channels;
    to.A_t = shared;
    to.D = shared + rates * padded;
    to.delta_bias = shared + (rates + 1) * padded;
    to.B = grad_B.mutable_data_ptr<float>() + row * states;
    to.C = grad_C.mutable_data_ptr<float>() + row * states;
    to.z = in.z.defined() ? grad_z.mutable_data_ptr<float>() + row * channels : nullptr;
    scan_backward_cpu(line, grad_out.const_data_ptr<float>() + row * channels, to);
  });
  const at::Tensor shared = grad_shared.sum(0).slice(1, 0, channels);
  const auto like = [](const at::Tensor& gradient, const at::Tensor& input) {
    return input.defined() ? gradient.to(input.scalar_type()) : at::Tensor();
  };
  return {like(grad_u, in.u),
          like(grad_delta, in.delta),
          like(shared.slice(0, 0, rates).t(), in.A),
          like(grad_B, in.B),
          like(grad_C, in.C),
          like(shared[rates], in.D),
          like(grad_z, in.z),
          like(shared[rates + 1], in.delta_bias)};
}

constexpr at::Tensor SelectiveScanInputs::*kDifferentiable[] = {
    &SelectiveScanInputs::u, &SelectiveScanInputs::delta,     &SelectiveScanInputs::A,
    &SelectiveScanInputs::B, &SelectiveScanInputs::C,         &SelectiveScanInputs::D,
    &SelectiveScanInputs::z, &SelectiveScanInputs::delta_bias};

// The sum of one scan or two. autograd takes no undefined tensor: `tracked` are the defined ones among
// kDifferentiable, scan after scan.
class SelectiveScanFunction : public torch::autograd::Function<SelectiveScanFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, at::TensorList /*tracked*/,
                            std::span<const SelectiveScanInputs> scans) {
    std::vector<at::Tensor> saved;
    std::vector<int64_t> flags;
    for (const SelectiveScanInputs& in : scans) {
      for (const auto member : kDifferentiable) saved.push_back(in.*member);
      saved.insert(saved.end(), {in.lengths, in.places});
      flags.insert(flags.end(), {in.delta_softplus, in.reverse});
    }
    context->saved_data["flags"] = flags;
    at::Tensor out;
    if (scans[0].u.is_cuda()) {
      std::vector<at::Tensor> checkpoints;
      out = scan_forward_on_cuda(scans, &checkpoints);
      saved.insert(saved.end(), checkpoints.begin(), checkpoints.end());
    } else {
      out = sum_on_cpu(scans);
    }
    context->save_for_backward(saved);
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const auto flags = context->saved_data["flags"].toIntVector();
    std::vector<SelectiveScanInputs> scans(flags.size() / 2);
    auto tensor = saved.begin();
    for (std::size_t i = 0; i < scans.size(); ++i) {
      for (const auto member : kDifferentiable) scans[i].*member = *tensor++;
      scans[i].lengths = *tensor++;
      scans[i].places = *tensor++;
      scans[i].delta_softplus = flags[2 * i] != 0;
      scans[i].reverse = flags[2 * i + 1] != 0;
    }
    std::vector<std::vector<at::Tensor>> gradients;
    if (scans[0].u.is_cuda()) {
      gradients = scan_backward_on_cuda(scans, {tensor, saved.end()}, grads[0]);
    } else {
      for (const SelectiveScanInputs& in : scans) gradients.push_back(backward_on_cpu(in, grads[0]));
    }
    std::vector<at::Tensor> results;
    for (const auto& of_scan : gradients)
      for (const at::Tensor& gradient : of_scan)
        if (gradient.defined()) results.push_back(gradient);
    results.emplace_back();  // of the scans as such
    return results;
  }
};

at::Tensor sum_of(std::span<const SelectiveScanInputs> scans) {
  for (const SelectiveScanInputs& in : scans) check_inputs(in);
  if (!at::GradMode::is_enabled())
    return scans[0].u.is_cuda() ? scan_forward_on_cuda(scans) : sum_on_cpu(scans);
  std::vector<at::Tensor> defined;
  for (const SelectiveScanInputs& in : scans)
    for (const auto member : kDifferentiable)
      if ((in.*member).defined()) defined.push_back(in.*member);
  return SelectiveScanFunction::apply(at::TensorList(defined), scans);
}

}  // namespace

at::Tensor selective_scan(const SelectiveScanInputs& in) {
  return sum_of({&in, 1});
}

at::Tensor selective_scan_sum(const SelectiveScanInputs& first, const SelectiveScanInputs& second) {
  check_shape("selective_scan_sum", "second u", second.u, first.u.sizes());
  const bool same_lines = first.lengths.defined() && second.lengths.defined()
                              ? at::equal(first.lengths, second.lengths)
                              : first.places.is_same(second.places);
  TORCH_CHECK(same_lines, "selective_scan_sum: the two scans' lines differ");
  const SelectiveScanInputs both[] = {first, second};
  return sum_of(both);
}

}  // namespace ocrbatch::kernels
