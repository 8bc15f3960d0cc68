#include "kernels/selective_scan_on_cuda.h"

#include <ATen/ATen.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "kernels/line_places.h"
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
  at::Tensor u, delta, A, B, C, D, z, delta_bias, places;
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
    places = in.places.defined() ? in.places : line_places(lines, u, in.lengths);
    arrays.batch = lines.batch;
    arrays.steps = lines.steps;
    arrays.channels = u.size(-1);
    arrays.packed = lines.packed;
    arrays.states = static_cast<int>(B.size(-1));
    arrays.rates = static_cast<int>(A.size(1));
    arrays.softplus = in.delta_softplus;
    arrays.reverse = in.reverse;
    const auto data = [](const at::Tensor& t) { return t.defined() ? t.const_data_ptr() : nullptr; };
    const auto shared = [](const at::Tensor& t) { return t.defined() ? t.const_data_ptr<float>() : nullptr; };
    arrays.u = data(u), arrays.delta = data(delta), arrays.B = data(B), arrays.C = data(C),
    arrays.z = data(z);
    arrays.A = shared(A), arrays.D = shared(D), arrays.delta_bias = shared(delta_bias);
    arrays.B_stride = row_stride(B), arrays.C_stride = row_stride(C);
    if (z.defined()) arrays.z_stride = row_stride(z);
    arrays.lengths = places.const_data_ptr<int>();
    arrays.first_rows = arrays.lengths + lines.batch;
  }

  void* stream() const { return c10::cuda::getCurrentCUDAStream(u.device().index()).stream(); }
};

// Of one launch.
std::vector<ScanOnCuda> operands_of(std::span<const SelectiveScanInputs> scans) {
  TORCH_CHECK(scans.size() == 1 || scans.size() == 2, "selective_scan: one scan or two, got ", scans.size());
  std::vector<ScanOnCuda> operands;
  for (const SelectiveScanInputs& in : scans) {
    operands.emplace_back(in);
    TORCH_CHECK(operands.back().type == operands[0].type &&
                    operands.back().arrays.states == operands[0].arrays.states &&
                    operands.back().arrays.rates == operands[0].arrays.rates,
                "selective_scan: scans of one launch should have one type, d_state and kind of A");
  }
  return operands;
}

at::Tensor empty_like_u(const ScanOnCuda& scan) {
  return at::empty(scan.u.sizes(), scan.u.options());
}

// What one scan's backward pass writes.
struct ScanGradients {
  at::Tensor u, delta, A, BC, D, z, delta_bias;

  explicit ScanGradients(const ScanOnCuda& scan) : u(empty_like_u(scan)), delta(empty_like_u(scan)) {
    const int64_t batch = scan.arrays.batch, channels = scan.arrays.channels, states = scan.arrays.states;
    const auto floats = [&](at::IntArrayRef sizes) { return at::empty(sizes, scan.A.options()); };
    A = floats({batch, channels, scan.arrays.rates}), D = floats({batch, channels}),
    delta_bias = floats({batch, channels});
    BC = floats({(channels + kScanWarp - 1) / kScanWarp, scan.lines.rows, 2, states});
    if (scan.z.defined()) z = empty_like_u(scan);
  }

  ScanGradientArrays<void> arrays() const {
    ScanGradientArrays<void> to;
    to.u = u.mutable_data_ptr(), to.delta = delta.mutable_data_ptr();
    to.z = z.defined() ? z.mutable_data_ptr() : nullptr;
    to.A = A.mutable_data_ptr<float>(), to.BC = BC.mutable_data_ptr<float>();
    to.D = D.mutable_data_ptr<float>(), to.delta_bias = delta_bias.mutable_data_ptr<float>();
    to.rows = BC.size(1);
    return to;
  }

  std::vector<at::Tensor> of(const SelectiveScanInputs& in) const {
    const auto like = [](const at::Tensor& gradient, const at::Tensor& input) {
      return input.defined() ? gradient.to(input.scalar_type()) : at::Tensor();
    };
    const at::Tensor sum_BC = BC.sum(0);  // (rows, 2, states)
    return {like(u, in.u),
            like(delta, in.delta),
            like(A.sum(0), in.A),
            like(sum_BC.select(1, 0).reshape(in.B.sizes()), in.B),
            like(sum_BC.select(1, 1).reshape(in.C.sizes()), in.C),
            like(D.sum(0), in.D),
            like(z, in.z),
            like(delta_bias.sum(0), in.delta_bias)};
  }
};

}  // namespace

at::Tensor scan_forward_on_cuda(std::span<const SelectiveScanInputs> scans,
                                std::vector<at::Tensor>* checkpoints) {
  const c10::cuda::CUDAGuard guard(scans[0].u.device());
  const std::vector<ScanOnCuda> operands = operands_of(scans);
  std::vector<ScanForward<void>> launched;
  std::vector<at::Tensor> outs;
  for (const ScanOnCuda& scan : operands) {
    const ScanArrays<void>& arrays = scan.arrays;
    outs.push_back(empty_like_u(scan));
    launched.push_back({arrays, outs.back().mutable_data_ptr(), nullptr});
    if (checkpoints == nullptr) continue;
    checkpoints->push_back(at::empty(
        {arrays.checkpoint_count(scan.lines.rows), arrays.states, arrays.channels}, scan.A.options()));
    launched.back().checkpoints = checkpoints->back().mutable_data_ptr<float>();
  }
  scan_forward_cuda(operands[0].type, launched.data(), static_cast<int>(launched.size()),
                    operands[0].stream());
  if (outs.size() == 2) outs[0].add_(outs[1]);
  return outs[0].to(scans[0].u.scalar_type());
}

std::vector<std::vector<at::Tensor>> scan_backward_on_cuda(std::span<const SelectiveScanInputs> scans,
                                                           const std::vector<at::Tensor>& checkpoints,
                                                           const at::Tensor& grad_out) {
  const c10::cuda::CUDAGuard guard(scans[0].u.device());
  const std::vector<ScanOnCuda> operands = operands_of(scans);
  const at::Tensor grad = grad_out.to(operands[0].u.scalar_type()).contiguous();
  std::vector<ScanGradients> gradients;
  std::vector<ScanBackward<void>> launched;
  for (std::size_t i = 0; i < scans.size(); ++i) {
    gradients.emplace_back(operands[i]);
    launched.push_back({operands[i].arrays, checkpoints[i].const_data_ptr<float>(), grad.const_data_ptr(),
                        gradients.back().arrays()});
  }
  scan_backward_cuda(operands[0].type, launched.data(), static_cast<int>(launched.size()),
                     operands[0].stream());
  std::vector<std::vector<at::Tensor>> results;
  for (std::size_t i = 0; i < scans.size(); ++i) results.push_back(gradients[i].of(scans[i]));
  return results;
}

}  // namespace ocrbatch::kernels
