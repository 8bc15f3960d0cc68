// Executes on the CPU what each CUDA thread does, one thread after the other, and holds it to the reference
// and to the CPU kernels' gradients.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <tuple>

#include "kernels/depthwise_convolution.h"
#include "kernels/depthwise_convolution_thread.h"
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

struct ConvolutionShape {
  int64_t batch, steps, channels, taps;
  ConvolutionWindow window;
  bool silu;
};

// Each shape padded and packed.
class ConvolutionThreadTest : public testing::TestWithParam<std::tuple<ConvolutionShape, bool>> {};

TEST_P(ConvolutionThreadTest, ValuesAndGradientsAgree) {
  const auto& [s, without_padding] = GetParam();
  torch::manual_seed(3);
  DepthwiseConvolutionInputs in;
  in.lengths = torch::randint(0, s.steps + 1, {s.batch}, torch::kInt);
  in.x = torch::randn({s.batch, s.steps, s.channels});
  if (without_padding) in.x = pack(in.x, in.lengths);
  in.x.requires_grad_(true);
  in.weight = torch::randn({s.channels, s.taps}).requires_grad_(true);
  in.bias = torch::randn({s.channels}).requires_grad_(true);
  in.window = s.window;
  in.silu = s.silu;
  const torch::Tensor grad_out = torch::randn(in.x.sizes());
  (depthwise_convolution(in) * grad_out).sum().backward();

  const torch::NoGradGuard no_grad;
  ConvolutionArrays arrays;
  const LineRows lines("test", in.x, in.lengths);
  arrays.batch = s.batch, arrays.steps = lines.steps, arrays.channels = s.channels;
  arrays.packed = lines.packed, arrays.first_rows = lines.first.data();
  arrays.taps = static_cast<int>(s.taps);
  arrays.silu = s.silu;
  for (int k = 0; k < arrays.taps; ++k) arrays.offsets[k] = convolution_offset(s.window, k, arrays.taps);
  arrays.x = in.x.const_data_ptr<float>(), arrays.weight = in.weight.const_data_ptr<float>();
  arrays.bias = in.bias.const_data_ptr<float>(), arrays.lengths = in.lengths.const_data_ptr<int>();
  torch::Tensor out = torch::full_like(in.x, std::nan("")), x = torch::zeros_like(in.x);
  torch::Tensor weight = torch::zeros({s.batch, s.channels, s.taps}),
                bias = torch::zeros({s.batch, s.channels});
  for (int64_t item = 0; item < s.batch; ++item) {
    for (int64_t channel = 0; channel < s.channels; ++channel) {
      convolve_forward_thread(arrays, item, channel, out.mutable_data_ptr<float>());
      convolve_backward_thread(arrays, item, channel, grad_out.const_data_ptr<float>(),
                               x.mutable_data_ptr<float>(), weight.mutable_data_ptr<float>(),
                               bias.mutable_data_ptr<float>());
    }
  }
  expect_close(out, depthwise_convolution_reference(in), kFloat32Values, "out");
  expect_close(x, in.x.grad(), kFloat32Gradients, "x");
  expect_close(weight.sum(0), in.weight.grad(), kFloat32Gradients, "weight");
  expect_close(bias.sum(0), in.bias.grad(), kFloat32Gradients, "bias");
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ConvolutionThreadTest,
    testing::Combine(testing::Values(ConvolutionShape{1, 1, 1, 1, ConvolutionWindow::kCausal, true},
                                     ConvolutionShape{2, 9, 15, 4, ConvolutionWindow::kCausal, true},
                                     ConvolutionShape{2, 9, 16, 4, ConvolutionWindow::kAnticausal, true},
                                     ConvolutionShape{3, 5, 17, 3, ConvolutionWindow::kCentred, false},
                                     ConvolutionShape{1, 3, 33, 16, ConvolutionWindow::kCentred, true},
                                     ConvolutionShape{0, 3, 4, 4, ConvolutionWindow::kCausal, true},
                                     ConvolutionShape{2, 0, 4, 4, ConvolutionWindow::kCausal, true}),
                     testing::Bool()));

}  // namespace
}  // namespace ocrbatch::kernels
