#include "kernels/packed_linear.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/kernels/expect_close.h"
#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {
namespace {

struct LinearShape {
  std::int64_t rows, in, out;
};

class PackedLinearTest : public testing::TestWithParam<LinearShape> {
 protected:
  PackedLinearTest() {
    torch::manual_seed(5);
    const LinearShape& s = GetParam();
    weight_ = torch::randn({s.out, s.in}) / std::sqrt(static_cast<double>(s.in));
    bias_ = torch::randn({s.out});
    x_ = torch::randn({s.rows, s.in});
  }

  torch::Tensor expected(const torch::Tensor& bias) const {
    const torch::Tensor y = torch::matmul(x_.to(torch::kDouble), weight_.to(torch::kDouble).t());
    return bias.defined() ? y + bias : y;
  }

  torch::Tensor weight_, bias_, x_;
};

TEST_P(PackedLinearTest, AgreesWithTheProductInDouble) {
  expect_close(packed_linear(make_packed_linear(weight_, bias_), x_), expected(bias_), kFloat32Values);
  expect_close(packed_linear(make_packed_linear(weight_, {}), x_), expected({}), kFloat32Values);
}

TEST_P(PackedLinearTest, ARowDoesNotDependOnTheOthers) {
  const PackedLinear linear = make_packed_linear(weight_, bias_);
  const torch::Tensor all = packed_linear(linear, x_);
  for (std::int64_t row = 0; row < x_.size(0); ++row)
    EXPECT_TRUE(torch::equal(packed_linear(linear, x_.slice(0, row, row + 1)), all.slice(0, row, row + 1)));
}

TEST_P(PackedLinearTest, TakesSlicesOfColumns) {
  const LinearShape& s = GetParam();
  const torch::Tensor wide = torch::cat({torch::randn({s.rows, 3}), x_, torch::randn({s.rows, 2})}, 1);
  const PackedLinear linear = make_packed_linear(weight_, bias_);
  EXPECT_TRUE(torch::equal(packed_linear(linear, wide.slice(1, 3, 3 + s.in)), packed_linear(linear, x_)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, PackedLinearTest,
                         testing::Values(LinearShape{1, 1, 1}, LinearShape{0, 7, 5}, LinearShape{5, 12, 384},
                                         LinearShape{13, 33, 17}, LinearShape{97, 192, 96},
                                         LinearShape{200, 384, 28}, LinearShape{24, 40, 15}));

TEST(PackedLinear, KeepsTheLeadingSizesAndRefusesOtherWidths) {
  const PackedLinear linear = make_packed_linear(torch::randn({4, 6}), {});
  EXPECT_EQ(packed_linear(linear, torch::randn({2, 3, 6})).sizes(), (at::IntArrayRef{2, 3, 4}));
  EXPECT_THROW(packed_linear(linear, torch::randn({2, 5})), c10::Error);
  EXPECT_THROW(packed_linear(linear, torch::randn({2, 6}).to(torch::kBFloat16)), c10::Error);
}

}  // namespace
}  // namespace ocrbatch::kernels
