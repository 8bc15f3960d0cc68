#include "kernels/layer_norm.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/kernels/expect_close.h"
#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {
namespace {

constexpr double kEpsilon = 1e-5;

struct NormShape {
  std::int64_t rows, width;
};

class LayerNormTest : public testing::TestWithParam<NormShape> {
 protected:
  LayerNormTest() {
    torch::manual_seed(6);
    const NormShape& s = GetParam();
    // Rows far from zero and of small spread need the mean to be taken off first.
    x_ = torch::randn({s.rows, s.width}) * torch::rand({s.rows, 1}) + 3 * torch::randn({s.rows, 1});
    weight_ = torch::randn({s.width});
    bias_ = torch::randn({s.width});
  }

  torch::Tensor x_, weight_, bias_;
};

TEST_P(LayerNormTest, AgreesWithTheDefinitionInDouble) {
  const torch::Tensor x = x_.to(torch::kDouble), mean = x.mean(1, true),
                      variance = (x - mean).square().mean(1, true);
  expect_close(layer_norm(x_, weight_, bias_, kEpsilon),
               (x - mean) / (variance + kEpsilon).sqrt() * weight_ + bias_, kFloat32Values);
}

TEST_P(LayerNormTest, ARowDoesNotDependOnTheOthers) {
  const torch::Tensor all = layer_norm(x_, weight_, bias_, kEpsilon);
  for (std::int64_t row = 0; row < x_.size(0); ++row)
    EXPECT_TRUE(torch::equal(layer_norm(x_.slice(0, row, row + 1), weight_, bias_, kEpsilon),
                             all.slice(0, row, row + 1)));
}

TEST_P(LayerNormTest, TakesSlicesOfColumns) {
  const NormShape& s = GetParam();
  const torch::Tensor wide = torch::cat({torch::randn({s.rows, 3}), x_, torch::randn({s.rows, 2})}, 1);
  EXPECT_TRUE(torch::equal(layer_norm(wide.slice(1, 3, 3 + s.width), weight_, bias_, kEpsilon),
                           layer_norm(x_, weight_, bias_, kEpsilon)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, LayerNormTest,
                         testing::Values(NormShape{0, 5}, NormShape{1, 1}, NormShape{3, 2}, NormShape{5, 15},
                                         NormShape{7, 16}, NormShape{4, 33}, NormShape{9, 100},
                                         NormShape{20, 128}, NormShape{3, 193}));

TEST(LayerNorm, OfEqualNumbersIsTheBias) {
  const torch::Tensor bias = torch::randn({40});
  EXPECT_TRUE(torch::equal(layer_norm(torch::full({2, 40}, 7.0F), torch::ones({40}), bias, kEpsilon),
                           bias.expand({2, 40})));
}

TEST(LayerNorm, KeepsTheLeadingSizesAndRefusesOthers) {
  const torch::Tensor ones = torch::ones({6});
  EXPECT_EQ(layer_norm(torch::randn({2, 3, 6}), ones, ones, kEpsilon).sizes(), (at::IntArrayRef{2, 3, 6}));
  EXPECT_THROW(layer_norm(torch::randn({2, 5}), ones, ones, kEpsilon), c10::Error);
  EXPECT_THROW(layer_norm(torch::randn({2, 6}).to(torch::kBFloat16), ones, ones, kEpsilon), c10::Error);
  EXPECT_THROW(layer_norm(torch::randn({2, 0}), torch::ones({0}), torch::ones({0}), kEpsilon), c10::Error);
}

}  // namespace
}  // namespace ocrbatch::kernels
