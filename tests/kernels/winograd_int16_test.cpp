// Winograd's convolution in 16-bit numbers: against the definition in double precision for maps of the same
// bytes, at the ends of what 32 bits hold, and how far rounding takes it from the maps as they were.
#include "kernels/winograd_int16.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "kernels/winograd_convolution.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/tolerances.h"
#include "tests/kernels/winograd_shape.h"

namespace ocrbatch::kernels {
namespace {

// Columns at and behind each image's width set to zero.
torch::Tensor cleared(const torch::Tensor& maps, const torch::Tensor& widths) {
  const torch::Tensor counts = torch::arange(maps.size(3)).unsqueeze(0).lt(widths.unsqueeze(1));
  return maps * counts.view({maps.size(0), 1, 1, maps.size(3)});
}

// Each image's numbers as the bytes that stand for them.
torch::Tensor as_bytes(const torch::Tensor& maps) {
  if (maps.numel() == 0) return maps;
  const torch::Tensor scale = maps.amax({1, 2, 3}, true).clamp_min(1e-30) / 255;
  return torch::round(maps / scale) * scale;
}

torch::Tensor reference(const torch::Tensor& weight, const torch::Tensor& bias, const torch::Tensor& maps,
                        const torch::Tensor& widths, const torch::Tensor& skip, bool relu) {
  const auto exact = [](const torch::Tensor& x) { return x.defined() ? x.to(torch::kDouble) : x; };
  return winograd_convolution_reference(exact(weight), exact(bias), exact(maps), widths, exact(skip), relu);
}

class WinogradInt16Test : public testing::TestWithParam<WinogradShape> {
 protected:
  WinogradInt16Test() {
    torch::manual_seed(4);
    const WinogradShape& s = GetParam();
    const auto batch = static_cast<std::int64_t>(s.widths.size());
    weight_ = torch::randn({s.out, s.in, 3, 3}) / std::sqrt(9.0 * static_cast<double>(s.in));
    bias_ = torch::randn({s.out});
    widths_ = torch::tensor(s.widths, torch::kInt);
    maps_ = channels_last(torch::relu(torch::randn({batch, s.in, s.height, s.columns})));
    skip_ = channels_last(torch::randn({batch, s.out, s.height, s.columns}));
  }

  torch::Tensor weight_, bias_, maps_, skip_, widths_;
};

TEST_P(WinogradInt16Test, AgreesWithTheReferenceOnTheSameBytes) {
  const WinogradInt16 convolution = make_winograd_int16(weight_, bias_);
  const torch::Tensor bytes = as_bytes(cleared(maps_, widths_));
  for (const torch::Tensor& skip : {torch::Tensor(), skip_}) {
    for (const bool relu : {false, true}) {
      expect_close(winograd_int16(convolution, maps_, widths_, skip, relu),
                   reference(weight_, bias_, bytes, widths_, skip, relu), kWinogradInt16Values);
    }
  }
  expect_close(winograd_int16(make_winograd_int16(weight_, {}), maps_, widths_, {}, false),
               reference(weight_, {}, bytes, widths_, {}, false), kWinogradInt16Values);
}

// A byte is half of 1/255 of the image's largest number off at most: of an output's error that is the root of
// its products' variances.
TEST_P(WinogradInt16Test, RoundingTheMapsCostsLittle) {
  if (maps_.numel() == 0) return;
  const WinogradInt16 convolution = make_winograd_int16(weight_, bias_);
  const torch::Tensor off = winograd_int16(convolution, maps_, widths_, {}, false) -
                            reference(weight_, bias_, maps_, widths_, {}, false);
  EXPECT_LT(off.pow(2).mean().sqrt().item<double>(), maps_.max().item<double>() / 255);
}

// Alone, in company, and with more or less padding, to the last bit.
TEST_P(WinogradInt16Test, AnImageDoesNotDependOnTheOthers) {
  const WinogradInt16 convolution = make_winograd_int16(weight_, bias_);
  const torch::Tensor all = winograd_int16(convolution, maps_, widths_, skip_, true);
  for (std::int64_t b = 0; b < maps_.size(0); ++b) {
    const std::int64_t width = GetParam().widths[static_cast<std::size_t>(b)];
    const auto cut = [&](const torch::Tensor& maps) {
      return channels_last(maps.slice(0, b, b + 1).slice(3, 0, width));
    };
    const torch::Tensor alone = winograd_int16(
        convolution, cut(maps_), torch::tensor({static_cast<int>(width)}, torch::kInt), cut(skip_), true);
    EXPECT_TRUE(torch::equal(alone, cut(all))) << "image " << b;
    EXPECT_EQ(all[b].slice(2, width).abs().sum().item<float>(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, WinogradInt16Test, testing::ValuesIn(kWinogradShapes));

// Weights of one sign and maps that are either empty or full: the largest sums there are. Every pattern of
// a tile's rows and columns, so that each of the 36 products is at its largest in one of them.
TEST(WinogradInt16, SumsFitInto32Bits) {
  torch::manual_seed(5);
  constexpr std::int64_t kChannels = 96;
  for (const bool equal : {true, false}) {
    torch::Tensor weight = torch::full({16, kChannels, 3, 3}, 0.01);
    if (!equal) weight = weight * torch::rand({16, kChannels, 1, 1}).pow(4);
    weight = weight * torch::tensor({1, -1}).index({torch::randint(2, {16, 1, 3, 3})});
    const WinogradInt16 convolution = make_winograd_int16(weight, {});
    // 64 patterns of six rows times as many of six columns, all channels alike.
    const torch::Tensor bits = torch::arange(64).unsqueeze(1).bitwise_right_shift(torch::arange(6)) & 1;
    for (int row_pattern = 0; row_pattern < 64; ++row_pattern) {
      const torch::Tensor maps =
          channels_last((bits[row_pattern].view({1, 1, 6, 1}) ^ bits.view({64, 1, 1, 6}))
                            .to(torch::kFloat)
                            .expand({64, kChannels, 6, 6}));
      const torch::Tensor widths = torch::full({64}, 6, torch::kInt);
      expect_close(winograd_int16(convolution, maps, widths, {}, false),
                   reference(weight, {}, maps, widths, {}, false), kWinogradInt16Values);
    }
  }
}

TEST(WinogradInt16, NothingOfNothing) {
  const WinogradInt16 convolution = make_winograd_int16(torch::zeros({4, 2, 3, 3}), {});
  const torch::Tensor maps = channels_last(torch::zeros({1, 2, 5, 6}));
  const torch::Tensor out = winograd_int16(convolution, maps, torch::tensor({6}, torch::kInt), {}, false);
  EXPECT_EQ(out.abs().sum().item<float>(), 0);
}

TEST(WinogradInt16, RefusesWhatDoesNotFit) {
  const WinogradInt16 convolution = make_winograd_int16(torch::randn({4, 2, 3, 3}), {});
  const torch::Tensor maps = channels_last(torch::rand({1, 2, 5, 6}));
  const torch::Tensor widths = torch::tensor({6}, torch::kInt);
  EXPECT_THROW(make_winograd_int16(torch::randn({4, 2, 5, 5}), {}), c10::Error);
  EXPECT_THROW(winograd_int16(convolution, torch::rand({1, 3, 5, 6}), widths, {}, true), c10::Error);
  EXPECT_THROW(winograd_int16(convolution, maps, torch::tensor({7}, torch::kInt), {}, true), c10::Error);
  EXPECT_THROW(winograd_int16(convolution, maps, widths, torch::rand({1, 4, 5, 5}), true), c10::Error);
}

}  // namespace
}  // namespace ocrbatch::kernels
