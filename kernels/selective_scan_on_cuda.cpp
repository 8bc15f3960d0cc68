#include "kernels/selective_scan_on_cuda.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "kernels/line_rows.h"
#include "kernels/selective_scan_cuda.h"

namespace ocrbatch::kernels {
namespace {

struct DeviceOperands {
  at::Tensor u, delta, A, B, C, D, z, delta_bias, lengths, first_rows;
  LineRows lines;
  ScanArrays arrays;

  explicit DeviceOperands(const SelectiveScanInputs& in) : lines("selective_scan", in.u, in.lengths) {
    const auto floats = [](const at::Tensor& t) {
      return t.defined() ? t.to(at::kFloat).contiguous() : at::Tensor();
    };
    u = floats(in.u), delta = floats(in.delta), A = floats(in.A), B = floats(in.B), C = floats(in.C);
    D = floats(in.D), z = floats(in.z), delta_bias = floats(in.delta_bias);
    lengths = in.lengths.to(u.device());
    first_rows = at::tensor(lines.first, at::kInt).to(u.device());
    arrays.batch = lines.batch;
    arrays.steps = lines.steps;
    arrays.channels = u.size(-1);
    arrays.packed = lines.packed;
    arrays.states = static_cast<int>(A.size(1));
    arrays.softplus = in.delta_softplus;
    arrays.reverse = in.reverse;
    const auto data = [](const at::Tensor& t) { return t.defined() ? t.const_data_ptr<float>() : nullptr; };
    arrays.u = data(u), arrays.delta = data(delta), arrays.A = data(A), arrays.B = data(B),
    arrays.C = data(C);
    arrays.D = data(D), arrays.z = data(z), arrays.delta_bias = data(delta_bias);
    arrays.lengths = lengths.const_data_ptr<int>();
    arrays.first_rows = first_rows.const_data_ptr<int>();
  }

  void* stream() const { return c10::cuda::getCurrentCUDAStream(u.device().index()).stream(); }
};

}  // namespace

at::Tensor scan_forward_on_cuda(const SelectiveScanInputs& in) {
  const c10::cuda::CUDAGuard guard(in.u.device());
  const DeviceOperands operands(in);
  at::Tensor out = at::empty_like(operands.u);
  scan_forward_cuda(operands.arrays, out.mutable_data_ptr<float>(), operands.stream());
  return out.to(in.u.scalar_type());
}

std::vector<at::Tensor> scan_backward_on_cuda(const SelectiveScanInputs& in, const at::Tensor& grad_out) {
  const c10::cuda::CUDAGuard guard(in.u.device());
  const DeviceOperands operands(in);
  const ScanArrays& arrays = operands.arrays;
  const int64_t batch = arrays.batch, channels = arrays.channels, states = arrays.states,
                rows = operands.lines.rows;
  const auto zeros = [&](at::IntArrayRef sizes) { return at::zeros(sizes, operands.u.options()); };
  const at::Tensor grad = grad_out.to(at::kFloat).contiguous();
  at::Tensor grad_u = at::zeros_like(operands.u), grad_delta = at::zeros_like(operands.u);
  at::Tensor grad_z = in.z.defined() ? at::zeros_like(operands.u) : at::Tensor();
  at::Tensor grad_A = zeros({batch, channels, states}), grad_D = zeros({batch, channels}),
             grad_bias = zeros({batch, channels});
  at::Tensor checkpoints = at::empty({batch, arrays.segments(), states, channels}, operands.u.options());
  at::Tensor partial_BC = zeros({(channels + kScanWarp - 1) / kScanWarp, rows, 2, states});
  ScanGradientArrays to;
  to.u = grad_u.mutable_data_ptr<float>();
  to.delta = grad_delta.mutable_data_ptr<float>();
  to.A = grad_A.mutable_data_ptr<float>();
  to.D = grad_D.mutable_data_ptr<float>();
  to.z = in.z.defined() ? grad_z.mutable_data_ptr<float>() : nullptr;
  to.delta_bias = grad_bias.mutable_data_ptr<float>();
  scan_backward_cuda(arrays, grad.const_data_ptr<float>(), to, checkpoints.mutable_data_ptr<float>(), rows,
                     partial_BC.mutable_data_ptr<float>(), operands.stream());
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
