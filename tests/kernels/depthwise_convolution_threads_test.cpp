// Executes on the CPU what each CUDA thread of the depthwise convolution does, one thread after the other,
// and holds it to the reference and to the CPU kernel's gradients.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <tuple>

#include "kernels/depthwise_convolution.h"
#include "kernels/depthwise_convolution_thread.h"
#include "kernels/line_rows.h"
#include "kernels/strided_rows.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/pack.h"

namespace ocrbatch::kernels {
namespace {

struct ConvolutionShape {
  int64_t batch, steps, channels, taps;
  ConvolutionWindow window;
  bool silu;
};

// weight and bias are float32.
template <class Number>
ConvolutionArrays<Number> arrays_of(const DepthwiseConvolutionInputs& in, const LineRows& lines) {
  ConvolutionArrays<Number> arrays;
  arrays.batch = lines.batch, arrays.steps = lines.steps, arrays.channels = in.x.size(-1);
  arrays.packed = lines.packed, arrays.first_rows = lines.first.data();
  arrays.taps = static_cast<int>(in.weight.size(1));
  arrays.silu = in.silu;
  arrays.last_tap_first = in.window == ConvolutionWindow::kAnticausal;
  arrays.first_offset = std::min(convolution_offset(in.window, 0, arrays.taps),
                                 convolution_offset(in.window, arrays.taps - 1, arrays.taps));
  arrays.x = in.x.const_data_ptr<Number>(), arrays.x_stride = row_stride(in.x);
  arrays.weight = in.weight.const_data_ptr<float>(), arrays.bias = in.bias.const_data_ptr<float>();
  arrays.lengths = in.lengths.const_data_ptr<int>();
  return arrays;
}

template <class Number, class Run>
void for_each_thread(const ConvolutionArrays<Number>& arrays, const Run& run) {
  for (int64_t item = 0; item < arrays.batch; ++item)
    for (int64_t part = 0; part < arrays.parts(); ++part)
      for (int64_t channel = 0; channel < arrays.channels; ++channel) run(item, part, channel);
}

template <int kCapacity, class Number>
torch::Tensor threads_forward(const DepthwiseConvolutionInputs& in) {
  const LineRows lines("test", in.x, in.lengths);
  const ConvolutionArrays<Number> arrays = arrays_of<Number>(in, lines);
  torch::Tensor out = torch::full(in.x.sizes(), std::nan(""), in.x.options());
  for_each_thread(arrays, [&](int64_t item, int64_t part, int64_t channel) {
    convolve_forward_thread<kCapacity>(arrays, item, part, channel, out.mutable_data_ptr<Number>());
  });
  return out;
}

struct ConvolutionGradients {
  torch::Tensor x, weight, bias;
};

template <int kCapacity, class Number>
ConvolutionGradients threads_backward(const DepthwiseConvolutionInputs& in, const torch::Tensor& grad_out) {
  const LineRows lines("test", in.x, in.lengths);
  const ConvolutionArrays<Number> arrays = arrays_of<Number>(in, lines);
  torch::Tensor x = torch::full(in.x.sizes(), std::nan(""), in.x.options());
  torch::Tensor shared =
      torch::full({arrays.batch * arrays.parts(), arrays.taps + 1, arrays.channels}, std::nan(""));
  for_each_thread(arrays, [&](int64_t item, int64_t part, int64_t channel) {
    convolve_backward_thread<kCapacity>(arrays, item, part, channel, grad_out.const_data_ptr<Number>(),
                                        x.mutable_data_ptr<Number>(), shared.mutable_data_ptr<float>());
  });
  const torch::Tensor sum = shared.sum(0);
  return {x, sum.slice(0, 0, arrays.taps).t(), sum[arrays.taps]};
}

// Each shape padded and packed.
class ConvolutionThreadTest : public testing::TestWithParam<std::tuple<ConvolutionShape, bool>> {
 protected:
  static DepthwiseConvolutionInputs inputs() {
    const auto& [s, without_padding] = GetParam();
    torch::manual_seed(3);
    DepthwiseConvolutionInputs in;
    in.lengths = torch::randint(0, s.steps + 1, {s.batch}, torch::kInt);
    if (s.batch > 0) in.lengths[0] = s.steps;
    in.x = torch::randn({s.batch, s.steps, s.channels});
    if (without_padding) in.x = pack(in.x, in.lengths);
    in.weight = torch::randn({s.channels, s.taps});
    in.bias = torch::randn({s.channels});
    in.window = s.window;
    in.silu = s.silu;
    return in;
  }
  template <class Number>
  static void expect_agreement(const DepthwiseConvolutionInputs& in, const Tolerance& values,
                               const Tolerance& gradients);
};

// The values and gradients of inputs rounded to Number.
template <class Number>
void ConvolutionThreadTest::expect_agreement(const DepthwiseConvolutionInputs& in, const Tolerance& values,
                                             const Tolerance& gradients) {
  const auto number = c10::CppTypeToScalarType<Number>::value;
  DepthwiseConvolutionInputs rounded = in;
  rounded.x = in.x.to(number);
  const torch::Tensor grad_out = torch::randn(in.x.sizes()).to(number);

  DepthwiseConvolutionInputs expected = in;
  expected.x = rounded.x.to(torch::kFloat).requires_grad_(true);
  expected.weight = in.weight.clone().requires_grad_(true);
  expected.bias = in.bias.clone().requires_grad_(true);
  (depthwise_convolution(expected) * grad_out).sum().backward();

  const bool few = in.weight.size(1) <= 4;
  const auto forward = few ? threads_forward<4, Number> : threads_forward<kMaxTaps, Number>;
  const auto backward = few ? threads_backward<4, Number> : threads_backward<kMaxTaps, Number>;
  const torch::Tensor out = forward(rounded);
  expect_close(out, depthwise_convolution_reference(expected), values, "out");
  const ConvolutionGradients found = backward(rounded, grad_out);
  expect_close(found.x, expected.x.grad(), gradients, "x");
  expect_close(found.weight, expected.weight.grad(), kFloat32Gradients, "weight");
  expect_close(found.bias, expected.bias.grad(), kFloat32Gradients, "bias");

  // As columns of a wider tensor: the same bytes.
  DepthwiseConvolutionInputs slice = rounded;
  slice.x = torch::cat({torch::full_like(rounded.x, 7), rounded.x, torch::full_like(rounded.x, 8)}, -1)
                .narrow(-1, in.x.size(-1), in.x.size(-1));
  EXPECT_TRUE(torch::equal(forward(slice), out));
  const ConvolutionGradients same = backward(slice, grad_out);
  EXPECT_TRUE(torch::equal(same.x, found.x) && torch::equal(same.weight, found.weight));
}

TEST_P(ConvolutionThreadTest, ValuesAndGradientsAgree) {
  expect_agreement<float>(inputs(), kFloat32Values, kFloat32Gradients);
}

// Half-precision numbers in and out, float32 between: what lines share is not rounded at all.
TEST_P(ConvolutionThreadTest, TakesHalfPrecision) {
  expect_agreement<c10::BFloat16>(inputs(), kBfloat16Values, kBfloat16Values);
  expect_agreement<c10::Half>(inputs(), kBfloat16Values, kBfloat16Values);
}

// Windows of either capacity, lengths around the steps of a thread.
INSTANTIATE_TEST_SUITE_P(
    Shapes, ConvolutionThreadTest,
    testing::Combine(testing::Values(ConvolutionShape{1, 1, 1, 1, ConvolutionWindow::kCausal, true},
                                     ConvolutionShape{2, 9, 15, 4, ConvolutionWindow::kCausal, true},
                                     ConvolutionShape{2, 64, 5, 4, ConvolutionWindow::kAnticausal, true},
                                     ConvolutionShape{3, 65, 17, 3, ConvolutionWindow::kCentred, false},
                                     ConvolutionShape{2, 130, 3, 4, ConvolutionWindow::kCausal, true},
                                     ConvolutionShape{2, 129, 3, 4, ConvolutionWindow::kCentred, true},
                                     ConvolutionShape{2, 70, 3, 6, ConvolutionWindow::kAnticausal, true},
                                     ConvolutionShape{2, 70, 3, 5, ConvolutionWindow::kCausal, false},
                                     ConvolutionShape{1, 3, 33, 16, ConvolutionWindow::kCentred, true},
                                     ConvolutionShape{0, 3, 4, 4, ConvolutionWindow::kCausal, true},
                                     ConvolutionShape{2, 0, 4, 4, ConvolutionWindow::kCausal, true}),
                     testing::Bool()));

}  // namespace
}  // namespace ocrbatch::kernels
