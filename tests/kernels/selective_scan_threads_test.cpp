// Executes on the CPU what each CUDA thread of the selective scan does, one thread after the other, and holds
// it to the reference and to the CPU kernel's gradients.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <tuple>

#include "kernels/line_rows.h"
#include "kernels/selective_scan_thread.h"
#include "kernels/strided_rows.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/selective_scan_inputs.h"

namespace ocrbatch::kernels {
namespace {

template <class Number>
ScanArrays<Number> arrays_of(const SelectiveScanInputs& in, const LineRows& lines) {
  const auto numbers = [](const torch::Tensor& t) {
    return t.defined() ? t.const_data_ptr<Number>() : nullptr;
  };
  const auto shared = [](const torch::Tensor& t) {
    return t.defined() ? t.const_data_ptr<float>() : nullptr;
  };
  ScanArrays<Number> arrays;
  arrays.batch = lines.batch;
  arrays.steps = lines.steps;
  arrays.channels = in.u.size(-1);
  arrays.packed = lines.packed;
  arrays.first_rows = lines.first.data();
  arrays.states = static_cast<int>(in.A.size(1));
  arrays.softplus = in.delta_softplus;
  arrays.reverse = in.reverse;
  arrays.u = numbers(in.u), arrays.delta = numbers(in.delta), arrays.B = numbers(in.B);
  arrays.C = numbers(in.C), arrays.z = numbers(in.z);
  arrays.A = shared(in.A), arrays.D = shared(in.D), arrays.delta_bias = shared(in.delta_bias);
  arrays.B_stride = row_stride(in.B), arrays.C_stride = row_stride(in.C);
  if (in.z.defined()) arrays.z_stride = row_stride(in.z);
  arrays.lengths = in.lengths.const_data_ptr<int>();
  return arrays;
}

template <class Number>
void run_forward(const ScanArrays<Number>& arrays, torch::Tensor& out) {
  for (int64_t item = 0; item < arrays.batch; ++item)
    for (int64_t channel = 0; channel < arrays.channels; ++channel)
      scan_forward_thread<kMaxStates>(arrays, item, channel, out.mutable_data_ptr<Number>());
}

// B, C and z as columns of wider tensors.
SelectiveScanInputs with_slices(SelectiveScanInputs in) {
  const auto inside = [](const torch::Tensor& t) {
    return torch::cat({torch::full_like(t, 7), t, torch::full_like(t, 8)}, -1)
        .narrow(-1, t.size(-1), t.size(-1));
  };
  in.B = inside(in.B), in.C = inside(in.C);
  if (in.z.defined()) in.z = inside(in.z);
  return in;
}

// Each shape padded and packed.
class ScanThreadTest : public testing::TestWithParam<std::tuple<ScanShape, bool>> {
 protected:
  static SelectiveScanInputs inputs() {
    const auto [shape, without_padding] = GetParam();
    const SelectiveScanInputs in = random_scan_inputs(shape);
    return without_padding ? packed(in) : in;
  }
};

TEST_P(ScanThreadTest, ValuesAgreeWithTheReference) {
  const SelectiveScanInputs in = inputs();
  const LineRows lines("test", in.u, in.lengths);
  torch::Tensor out = torch::full_like(in.u, std::nan(""));
  run_forward(arrays_of<float>(in, lines), out);
  expect_close(out, selective_scan_reference(in), kFloat32Values, "out");

  const SelectiveScanInputs slices = with_slices(in);
  torch::Tensor same = torch::full_like(in.u, std::nan(""));
  run_forward(arrays_of<float>(slices, lines), same);
  EXPECT_TRUE(torch::equal(same, out));
}

// Half-precision numbers in and out, float32 between: the values of the rounded inputs, rounded once.
template <class Number>
void expect_half_precision_values(SelectiveScanInputs in) {
  for (torch::Tensor* t : {&in.u, &in.delta, &in.B, &in.C, &in.z})
    if (t->defined()) *t = t->to(c10::CppTypeToScalarType<Number>::value);
  const LineRows lines("test", in.u, in.lengths);
  torch::Tensor out = torch::full_like(in.u, std::nan(""));
  run_forward(arrays_of<Number>(in, lines), out);
  expect_close(out, selective_scan_reference(in), kBfloat16Values, "out");
}

TEST_P(ScanThreadTest, TakesHalfPrecision) {
  expect_half_precision_values<c10::BFloat16>(inputs());
  expect_half_precision_values<c10::Half>(inputs());
}

TEST_P(ScanThreadTest, GradientsAgreeWithTheCpuKernel) {
  SelectiveScanInputs in = inputs();
  for (torch::Tensor* t : {&in.u, &in.delta, &in.A, &in.B, &in.C, &in.D, &in.z, &in.delta_bias})
    if (t->defined()) t->requires_grad_(true);
  const torch::Tensor grad_out = torch::randn(in.u.sizes());
  (selective_scan(in) * grad_out).sum().backward();

  const LineRows lines("test", in.u, in.lengths);
  const ScanArrays<float> arrays = arrays_of<float>(in, lines);
  const torch::NoGradGuard no_grad;
  torch::Tensor u = torch::zeros_like(in.u), delta = torch::zeros_like(in.u), z = torch::zeros_like(in.u);
  torch::Tensor A = torch::zeros({arrays.batch, arrays.channels, arrays.states}),
                D = torch::zeros({arrays.batch, arrays.channels}), bias = torch::zeros_like(D);
  torch::Tensor B = torch::zeros_like(in.B), C = torch::zeros_like(in.C);
  torch::Tensor checkpoints = torch::empty({arrays.batch, arrays.segments(), arrays.states, arrays.channels});
  ScanGradientArrays<float> to;
  to.u = u.mutable_data_ptr<float>(), to.delta = delta.mutable_data_ptr<float>();
  to.A = A.mutable_data_ptr<float>(), to.D = D.mutable_data_ptr<float>();
  to.delta_bias = bias.mutable_data_ptr<float>();
  to.z = in.z.defined() ? z.mutable_data_ptr<float>() : nullptr;
  float* const to_B = B.mutable_data_ptr<float>();
  float* const to_C = C.mutable_data_ptr<float>();
  for (int64_t item = 0; item < arrays.batch; ++item) {
    for (int64_t channel = 0; channel < arrays.channels; ++channel) {
      scan_backward_thread<kMaxStates>(arrays, item, channel, grad_out.const_data_ptr<float>(), to,
                                       checkpoints.mutable_data_ptr<float>(),
                                       [&](int64_t t, int n, float dB, float dC) {
                                         const int64_t at = arrays.row(item, t) * arrays.states + n;
                                         to_B[at] += dB;
                                         to_C[at] += dC;
                                       });
    }
  }
  expect_close(u, in.u.grad(), kFloat32Gradients, "u");
  expect_close(delta, in.delta.grad(), kFloat32Gradients, "delta");
  expect_close(A.sum(0), in.A.grad(), kFloat32Gradients, "A");
  expect_close(B, in.B.grad(), kFloat32Gradients, "B");
  expect_close(C, in.C.grad(), kFloat32Gradients, "C");
  expect_close(D.sum(0), in.D.grad(), kFloat32Gradients, "D");
  if (in.z.defined()) expect_close(z, in.z.grad(), kFloat32Gradients, "z");
  if (in.delta_bias.defined())
    expect_close(bias.sum(0), in.delta_bias.grad(), kFloat32Gradients, "delta_bias");
}

// Lengths around the segment of the backward pass, and the rungs of the launch.
INSTANTIATE_TEST_SUITE_P(Shapes, ScanThreadTest,
                         testing::Combine(testing::Values(ScanShape{1, 1, 1, 1, false, false, true},
                                                          ScanShape{2, 7, 15, 4, true, false, true},
                                                          ScanShape{2, 16, 5, 8, true, true, true},
                                                          ScanShape{2, 17, 33, 8, true, true, false},
                                                          ScanShape{3, 33, 17, 8, false, true, true},
                                                          ScanShape{1, 31, 9, 16, true, false, true},
                                                          ScanShape{1, 40, 3, 64, false, false, false},
                                                          ScanShape{0, 4, 8, 8, true, false, true},
                                                          ScanShape{2, 0, 8, 8, true, false, true},
                                                          ScanShape{2, 120, 12, 5, true, true, true}),
                                          testing::Bool()));

}  // namespace
}  // namespace ocrbatch::kernels
