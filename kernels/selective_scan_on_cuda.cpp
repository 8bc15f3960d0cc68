#include "kernels/selective_scan_on_cuda.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "kernels/line_rows.h"
#include "kernels/number_type_of.h"
#include "kernels/selective_scan_cuda.h"
#include "kernels/strided_rows.h"

namespace ocrbatch::kernels {
namespace {

// The numbers' type in and out: the inputs', or float32 where they differ.
at::ScalarType common_type(const SelectiveScanInputs& in) {
  const at::ScalarType type = in.u.scalar_type();
  for (const at::Tensor* t : {&in.delta, &in.B, &in.C, &in.z})
    if (t->defined() && t->scalar_type() != type) return at::kFloat;
  return type;
}

struct ScanOnCuda {
  at::Tensor u, delta, A, B, C, D, z, delta_bias, lengths, first_rows;
  LineRows lines;
  NumberType type;
  ScanArrays<void> arrays;

  explicit ScanOnCuda(const SelectiveScanInputs& in) : lines("selective_scan", in.u, in.lengths) {
    const at::ScalarType numbers = common_type(in);
    const auto floats = [](const at::Tensor& t) {
      return t.defined() ? t.to(at::kFloat).contiguous() : at::Tensor();
    };
    const auto rows = [&](const at::Tensor& t) { return t.defined() ? rows_of(t, numbers) : at::Tensor(); };
    u = in.u.to(numbers).contiguous(), delta = in.delta.to(numbers).contiguous();
    A = floats(in.A), D = floats(in.D), delta_bias = floats(in.delta_bias);
    B = rows(in.B), C = rows(in.C), z = rows(in.z);
    type = number_type_of("selective_scan", u);
    lengths = in.lengths.to(u.device());
    first_rows = at::tensor(lines.first, at::kInt).to(u.device());
    arrays.batch = lines.batch;
    arrays.steps = lines.steps;
    arrays.channels = u.size(-1);
    arrays.packed = lines.packed;
    arrays.states = static_cast<int>(A.size(1));
    arrays.softplus = in.delta_softplus;
    arrays.reverse = in.reverse;
    const auto data = [](const at::Tensor& t) { return t.defined() ? t.const_data_ptr() : nullptr; };
    const auto shared = [](const at::Tensor& t) { return t.defined() ? t.const_data_ptr<float>() : nullptr; };
    arrays.u = data(u), arrays.delta = data(delta), arrays.B = data(B), arrays.C = data(C),
    arrays.z = data(z);
    arrays.A = shared(A), arrays.D = shared(D), arrays.delta_bias = shared(delta_bias);
    arrays.B_stride = row_stride(B), arrays.C_stride = row_stride(C);
    if (z.defined()) arrays.z_stride = row_stride(z);
    arrays.lengths = lengths.const_data_ptr<int>();
    arrays.first_rows = first_rows.const_data_ptr<int>();
  }

  void* stream() const { return c10::cuda::getCurrentCUDAStream(u.device().index()).stream(); }
};

}  // namespace

at::Tensor scan_forward_on_cuda(std::span<const SelectiveScanInputs> scans) {
  TORCH_CHECK(scans.size() == 1 || scans.size() == 2, "selective_scan: one scan or two, got ", scans.size());
  const c10::cuda::CUDAGuard guard(scans[0].u.device());
  std::vector<ScanOnCuda> operands;
  std::vector<ScanArrays<void>> arrays;
  std::vector<at::Tensor> outs;
  std::vector<void*> to;
  for (const SelectiveScanInputs& in : scans) {
    operands.emplace_back(in);
    arrays.push_back(operands.back().arrays);
    outs.push_back(at::empty_like(operands.back().u));
    to.push_back(outs.back().mutable_data_ptr());
    TORCH_CHECK(operands.back().type == operands[0].type && arrays.back().states == arrays[0].states,
                "selective_scan: scans of one launch should have one type and d_state");
  }
  scan_forward_cuda(operands[0].type, arrays.data(), to.data(), static_cast<int>(scans.size()),
                    operands[0].stream());
  if (outs.size() == 2) outs[0].add_(outs[1]);
  return outs[0].to(scans[0].u.scalar_type());
}

std::vector<at::Tensor> scan_backward_on_cuda(const SelectiveScanInputs& in, const at::Tensor& grad_out) {
  const c10::cuda::CUDAGuard guard(in.u.device());
  const ScanOnCuda operands(in);
  const ScanArrays<void>& arrays = operands.arrays;
  const int64_t batch = arrays.batch, channels = arrays.channels, states = arrays.states,
                rows = operands.lines.rows;
  const auto floats = operands.u.options().dtype(at::kFloat);
  const auto zeros = [&](at::IntArrayRef sizes) { return at::zeros(sizes, floats); };
  const at::Tensor grad = grad_out.to(operands.u.scalar_type()).contiguous();
  at::Tensor grad_u = at::zeros_like(operands.u), grad_delta = at::zeros_like(operands.u);
  at::Tensor grad_z = in.z.defined() ? at::zeros_like(operands.u) : at::Tensor();
  at::Tensor grad_A = zeros({batch, channels, states}), grad_D = zeros({batch, channels}),
             grad_bias = zeros({batch, channels});
  at::Tensor checkpoints = at::empty({batch, arrays.segments(), states, channels}, floats);
  at::Tensor partial_BC = zeros({(channels + kScanWarp - 1) / kScanWarp, rows, 2, states});
  ScanGradientArrays<void> to;
  to.u = grad_u.mutable_data_ptr();
  to.delta = grad_delta.mutable_data_ptr();
  to.A = grad_A.mutable_data_ptr<float>();
  to.D = grad_D.mutable_data_ptr<float>();
  to.z = in.z.defined() ? grad_z.mutable_data_ptr() : nullptr;
  to.delta_bias = grad_bias.mutable_data_ptr<float>();
  scan_backward_cuda(operands.type, arrays, grad.const_data_ptr(), to, checkpoints.mutable_data_ptr<float>(),
                     rows, partial_BC.mutable_data_ptr<float>(), operands.stream());
  const at::Tensor grad_BC = partial_BC.sum(0);  // (rows, 2, states)
  const auto like = [](const at::Tensor& gradient, const at::Tensor& input) {
    return input.defined() ? gradient.to(input.scalar_type()) : at::Tensor();
  };
  return {like(grad_u, in.u),
          like(grad_delta, in.delta),
          like(grad_A.sum(0), in.A),
          like(grad_BC.select(1, 0).reshape(in.B.sizes()), in.B),
          like(grad_BC.select(1, 1).reshape(in.C.sizes()), in.C),
          like(grad_D.sum(0), in.D),
          like(grad_z, in.z),
          like(grad_bias.sum(0), in.delta_bias)};
}

}  // namespace ocrbatch::kernels
