#include "kernels/winograd_convolution.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/winograd_training.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/tolerances.h"
#include "tests/kernels/winograd_shape.h"

namespace ocrbatch::kernels {
namespace {

class WinogradConvolutionTest : public testing::TestWithParam<WinogradShape> {
 protected:
  WinogradConvolutionTest() {
    torch::manual_seed(4);
    const WinogradShape& s = GetParam();
    const auto batch = static_cast<std::int64_t>(s.widths.size());
    weight_ = torch::randn({s.out, s.in, 3, 3}) / std::sqrt(9.0 * static_cast<double>(s.in));
    bias_ = torch::randn({s.out});
    maps_ = channels_last(torch::randn({batch, s.in, s.height, s.columns}));
    skip_ = channels_last(torch::randn({batch, s.out, s.height, s.columns}));
    widths_ = torch::tensor(s.widths, torch::kInt);
  }

  torch::Tensor weight_, bias_, maps_, skip_, widths_;
};

TEST_P(WinogradConvolutionTest, AgreesWithTheReference) {
  const WinogradConvolution convolution = make_winograd_convolution(weight_, bias_);
  for (const torch::Tensor& skip : {torch::Tensor(), skip_}) {
    for (const bool relu : {false, true}) {
      expect_close(winograd_convolution(convolution, maps_, widths_, skip, relu),
                   winograd_convolution_reference(weight_, bias_, maps_, widths_, skip, relu),
                   kWinogradValues);
    }
  }
}

TEST_P(WinogradConvolutionTest, TakesNoBiasForZeros) {
  expect_close(winograd_convolution(make_winograd_convolution(weight_, {}), maps_, widths_, {}, false),
               winograd_convolution_reference(weight_, {}, maps_, widths_, {}, false), kWinogradValues);
}

// Alone, in company, and with more or less padding, to the last bit.
TEST_P(WinogradConvolutionTest, AnImageDoesNotDependOnTheOthers) {
  const WinogradConvolution convolution = make_winograd_convolution(weight_, bias_);
  const torch::Tensor all = winograd_convolution(convolution, maps_, widths_, skip_, true);
  for (std::int64_t b = 0; b < maps_.size(0); ++b) {
    const std::int64_t width = GetParam().widths[static_cast<std::size_t>(b)];
    const auto cut = [&](const torch::Tensor& maps) {
      return channels_last(maps.slice(0, b, b + 1).slice(3, 0, width));
    };
    const torch::Tensor alone = winograd_convolution(
        convolution, cut(maps_), torch::tensor({static_cast<int>(width)}, torch::kInt), cut(skip_), true);
    EXPECT_TRUE(torch::equal(alone, cut(all))) << "image " << b;
  }
}

// By LibTorch's own gradients in double precision.
TEST_P(WinogradConvolutionTest, GradientsInTraining) {
  const auto run = [&](const torch::Tensor& maps, const torch::Tensor& weight,
                       const torch::Tensor& projection, const auto& convolve) {
    const torch::Tensor out = convolve(maps, weight);
    (out * projection).sum().backward();
    return out;
  };
  const auto leaf = [](const torch::Tensor& tensor, torch::Dtype type) {
    return tensor.to(type).clone().requires_grad_(true);
  };
  const torch::Tensor projection = torch::randn_like(skip_);
  const torch::Tensor maps = leaf(maps_, torch::kFloat), weight = leaf(weight_, torch::kFloat);
  const torch::Tensor out = run(maps, weight, projection, winograd_convolution_in_training);
  const torch::Tensor exact_maps = leaf(maps_, torch::kDouble), exact_weight = leaf(weight_, torch::kDouble);
  const torch::Tensor exact =
      run(exact_maps, exact_weight, projection.to(torch::kDouble),
          [](const torch::Tensor& x, const torch::Tensor& w) { return torch::conv2d(x, w, {}, 1, 1); });
  expect_close(out, exact, kWinogradValues);
  expect_close(maps.grad(), exact_maps.grad(), kWinogradValues);
  // A weight's gradient is a sum over all pixels.
  const double pixels = static_cast<double>(std::max<int64_t>(1, maps_.numel() / maps_.size(1)));
  expect_close(weight.grad() / std::sqrt(pixels), exact_weight.grad() / std::sqrt(pixels), kWinogradValues);
}

// The images of a batch are shared out between threads.
TEST_P(WinogradConvolutionTest, SameWithSeveralThreads) {
  const WinogradConvolution convolution = make_winograd_convolution(weight_, bias_);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const torch::Tensor one = winograd_convolution(convolution, maps_, widths_, skip_, true);
  at::set_num_threads(3);
  const torch::Tensor three = winograd_convolution(convolution, maps_, widths_, skip_, true);
  at::set_num_threads(before);
  EXPECT_TRUE(torch::equal(one, three));
}

INSTANTIATE_TEST_SUITE_P(Shapes, WinogradConvolutionTest, testing::ValuesIn(kWinogradShapes));

TEST(WinogradConvolution, RefusesWhatDoesNotFit) {
  const WinogradConvolution convolution = make_winograd_convolution(torch::randn({4, 2, 3, 3}), {});
  const torch::Tensor maps = channels_last(torch::randn({1, 2, 5, 6}));
  const torch::Tensor widths = torch::tensor({6}, torch::kInt);
  EXPECT_THROW(make_winograd_convolution(torch::randn({4, 2, 5, 5}), {}), c10::Error);
  EXPECT_THROW(winograd_convolution(convolution, torch::randn({1, 3, 5, 6}), widths, {}, true), c10::Error);
  EXPECT_THROW(winograd_convolution(convolution, maps, torch::tensor({7}, torch::kInt), {}, true),
               c10::Error);
  EXPECT_THROW(winograd_convolution(convolution, maps, widths, torch::randn({1, 4, 5, 5}), true), c10::Error);
}

}  // namespace
}  // namespace ocrbatch::kernels
