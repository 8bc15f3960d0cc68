#include "kernels/depthwise_convolution.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/kernels/gradient_check.h"
#include "tests/kernels/pack.h"
#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {
namespace {

struct Shape {
  int64_t batch, steps, channels, taps;
  ConvolutionWindow window;
  bool silu;
};

DepthwiseConvolutionInputs random_inputs(const Shape& s) {
  torch::manual_seed(static_cast<uint64_t>(1 + s.batch * 7 + s.steps * 5 + s.channels * 3 + s.taps));
  DepthwiseConvolutionInputs in;
  in.x = torch::randn({s.batch, s.steps, s.channels});
  in.weight = torch::randn({s.channels, s.taps});
  in.bias = torch::randn({s.channels});
  in.lengths = torch::randint(0, s.steps + 1, {s.batch}, torch::kInt);
  if (s.batch > 0) in.lengths[0] = s.steps;
  in.window = s.window;
  in.silu = s.silu;
  return in;
}

class DepthwiseConvolutionTest : public testing::TestWithParam<Shape> {};

TEST_P(DepthwiseConvolutionTest, AgreesWithTheReference) {
  const DepthwiseConvolutionInputs in = random_inputs(GetParam());
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::allclose(depthwise_convolution(in).to(torch::kDouble),
                              depthwise_convolution_reference(in), kFloat32Values.relative,
                              kFloat32Values.absolute));
}

TEST_P(DepthwiseConvolutionTest, EveryGradientAgreesWithDifferencesOfTheReference) {
  DepthwiseConvolutionInputs in = random_inputs(GetParam());
  check_gradients(
      {{"x", &in.x}, {"weight", &in.weight}, {"bias", &in.bias}}, [&] { return depthwise_convolution(in); },
      [&] { return depthwise_convolution_reference(in); });
}

// Not only close: every line is computed in the same order.
TEST_P(DepthwiseConvolutionTest, PackedLinesGiveThePaddedOnesResultsAndGradients) {
  DepthwiseConvolutionInputs padded = random_inputs(GetParam()), short_of_padding = padded;
  short_of_padding.x = pack(padded.x, padded.lengths);
  const torch::Tensor grad_out = torch::randn(padded.x.sizes());
  const auto differentiate = [](DepthwiseConvolutionInputs& in, const torch::Tensor& grad) {
    for (torch::Tensor* t : {&in.x, &in.weight, &in.bias}) *t = t->detach().clone().requires_grad_(true);
    const torch::Tensor out = depthwise_convolution(in);
    (out * grad).sum().backward();
    return out.detach();
  };
  const torch::Tensor expected = differentiate(padded, grad_out),
                      actual = differentiate(short_of_padding, pack(grad_out, padded.lengths));
  EXPECT_TRUE(torch::equal(actual, pack(expected, padded.lengths)));
  EXPECT_TRUE(torch::equal(short_of_padding.x.grad(), pack(padded.x.grad(), padded.lengths)));
  EXPECT_TRUE(torch::equal(short_of_padding.weight.grad(), padded.weight.grad()));
  EXPECT_TRUE(torch::equal(short_of_padding.bias.grad(), padded.bias.grad()));
  EXPECT_TRUE(torch::equal(depthwise_convolution_reference(short_of_padding),
                           pack(depthwise_convolution_reference(padded), padded.lengths)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, DepthwiseConvolutionTest,
                         testing::Values(Shape{1, 1, 1, 1, ConvolutionWindow::kCausal, true},
                                         Shape{2, 9, 15, 4, ConvolutionWindow::kCausal, true},
                                         Shape{2, 9, 16, 4, ConvolutionWindow::kAnticausal, true},
                                         Shape{3, 5, 17, 3, ConvolutionWindow::kCentred, false},
                                         Shape{1, 3, 33, 16, ConvolutionWindow::kCentred, true},
                                         Shape{0, 3, 4, 4, ConvolutionWindow::kCausal, true},
                                         Shape{2, 0, 4, 4, ConvolutionWindow::kCausal, true}));

TEST(DepthwiseConvolution, TheLastCausalTapMeetsThePresent) {
  DepthwiseConvolutionInputs in;
  in.x = torch::arange(1, 5, torch::kFloat).view({1, 4, 1});
  in.weight = torch::tensor({{0.0F, 0.0F, 10.0F, 1.0F}});
  in.bias = torch::zeros({1});
  in.lengths = torch::tensor({4}, torch::kInt);
  in.silu = false;
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(depthwise_convolution(in).flatten(), torch::tensor({1.0F, 12.0F, 23.0F, 34.0F})));
  in.window = ConvolutionWindow::kAnticausal;
  EXPECT_TRUE(torch::equal(depthwise_convolution(in).flatten(), torch::tensor({21.0F, 32.0F, 43.0F, 4.0F})));
}

}  // namespace
}  // namespace ocrbatch::kernels
