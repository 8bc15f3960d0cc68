// Products of bytes: the instructions against the definition, layers against the same layers of rounded
// numbers in double precision, and how far rounding takes them from the numbers as they were.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "kernels/column_block.h"
#include "kernels/int8_convolution.h"
#include "kernels/int8_linear.h"
#include "kernels/int8_rounding.h"
#include "kernels/int8_rows.h"
#include "kernels/int8_rows_x86.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {
namespace {

struct RowsShape {
  std::int64_t rows, runs, quads, columns;
};

void expect_the_definition(const RowsShape& s, int weight_limit, void (*products)(const Int8Rows&, float*)) {
  std::mt19937 random(3);
  const std::int64_t columns = column_blocks(s.columns) * kBlockColumns;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(s.rows * s.runs * s.quads * 4 + 7 * s.rows));
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() % 4 == 0 ? 255 : random());
  std::vector<std::int8_t> weights(static_cast<std::size_t>(columns * s.runs * s.quads * 4));
  for (std::int8_t& weight : weights) {
    const int any =
        static_cast<int>(random() % (2U * static_cast<unsigned>(weight_limit) + 1)) - weight_limit;
    weight = static_cast<std::int8_t>(random() % 3 == 0 ? -weight_limit : any);
  }
  const auto floats = [&](std::int64_t count) {
    std::vector<float> made(static_cast<std::size_t>(count));
    for (float& x : made) x = static_cast<float>(random() % 2001) / 1000 - 1;
    return made;
  };
  std::vector<std::int32_t> offsets(static_cast<std::size_t>(columns));
  for (std::int32_t& offset : offsets) offset = static_cast<std::int32_t>(random() % 100000) - 50000;
  const auto row_scales = floats(s.rows), column_scales = floats(columns), bias = floats(columns),
             skip = floats(s.rows * s.columns);
  Int8Rows rows;
  rows.rows = s.rows, rows.runs = s.runs, rows.run_quads = s.quads, rows.columns = s.columns;
  rows.run_stride = s.quads * 4 + 3,
  rows.row_stride = s.runs > 1 ? 4 : s.quads * 4 + 4;  // overlapping or not
  rows.bytes = bytes.data(), rows.weights = weights.data(), rows.offsets = offsets.data();
  rows.row_scales = row_scales.data(), rows.column_scales = column_scales.data(), rows.bias = bias.data();
  for (const bool one_scale : {false, true}) {
    for (const float* const added : {static_cast<const float*>(nullptr), skip.data()}) {
      rows.one_row_scale = one_scale, rows.skip = added, rows.relu = added != nullptr;
      rows.offsets = one_scale ? nullptr : offsets.data();
      std::vector<float> found(skip.size(), -7), expected(skip.size(), -7);
      products(rows, found.data());
      int8_rows_ref(rows, expected.data());
      for (std::size_t i = 0; i < found.size(); ++i)
        ASSERT_NEAR(found[i], expected[i], 1e-6F * (1 + std::abs(expected[i]))) << i;
    }
  }
}

class Int8RowsTest : public testing::TestWithParam<RowsShape> {};

TEST_P(Int8RowsTest, AgreeWithTheDefinition) {
  expect_the_definition(GetParam(), int8_weight_limit(), &int8_rows);
}

TEST_P(Int8RowsTest, WithVnniAgreeWithTheDefinition) {
  if (!has_vnni()) GTEST_SKIP() << "this processor has no AVX-512 VNNI";
  expect_the_definition(GetParam(), 127, &int8_rows_vnni);
}

TEST_P(Int8RowsTest, WithAmxAgreeWithTheDefinition) {
  if (!has_amx()) GTEST_SKIP() << "this processor has no AMX, or the system keeps it to itself";
  expect_the_definition(GetParam(), 127, &int8_rows_amx);
}

TEST_P(Int8RowsTest, WithAvx2AgreeWithTheDefinition) {
  if (!has_avx2()) GTEST_SKIP() << "this processor has no AVX2";
  expect_the_definition(GetParam(), 63, &int8_rows_avx2);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Int8RowsTest,
                         testing::Values(RowsShape{1, 1, 1, 1}, RowsShape{0, 1, 3, 5},
                                         RowsShape{12, 1, 48, 32}, RowsShape{13, 1, 5, 33},
                                         RowsShape{97, 1, 7, 28}, RowsShape{29, 3, 6, 48},
                                         RowsShape{200, 1, 3, 17}, RowsShape{5, 0, 0, 16},
                                         // What tiles of 16 rows and 16 quads leave over.
                                         RowsShape{16, 1, 16, 16}, RowsShape{17, 3, 24, 33},
                                         RowsShape{101, 1, 48, 64}, RowsShape{47, 2, 17, 48}));

TEST(Int8Rows, RoundsToBytesOverAnyLength) {
  for (const std::int64_t count : {0, 1, 7, 16, 37}) {
    std::vector<float> x(static_cast<std::size_t>(count) + 1, -1);
    for (std::int64_t i = 0; i < count; ++i) x[static_cast<std::size_t>(i)] = static_cast<float>(i % 5) - 2;
    x.back() = 99;  // behind the end
    EXPECT_EQ(largest(x.data(), count), count > 4 ? 2 : 0);
    EXPECT_EQ(largest_absolute(x.data(), count), count > 0 ? 2 : 0);
    std::vector<std::uint8_t> bytes(x.size(), 9);
    to_bytes(x.data(), count, 63.5F, 128, bytes.data());
    for (std::int64_t i = 0; i < count; ++i)  // halves go to the even number
      EXPECT_EQ(bytes[static_cast<std::size_t>(i)], (std::array{1, 64, 128, 192, 255})[i % 5]) << i;
    EXPECT_EQ(bytes.back(), 9);
    to_bytes(x.data(), count, 200, 0, bytes.data());
    for (std::int64_t i = 0; i < count; ++i)
      EXPECT_EQ(bytes[static_cast<std::size_t>(i)], (std::array{0, 0, 0, 200, 255})[i % 5]) << i;
  }
}

// By the largest of the numbers over the last dimensions, which is `steps`.
torch::Tensor rounded(const torch::Tensor& x, at::IntArrayRef dims, double steps) {
  const torch::Tensor scale = (x.abs().amax(dims, true) / steps).clamp_min(1e-30);
  return torch::round(x / scale).to(torch::kDouble) * scale.to(torch::kDouble);
}

struct Int8LinearShape {
  std::int64_t rows, in, out;
};

class Int8LinearTest : public testing::TestWithParam<Int8LinearShape> {
 protected:
  Int8LinearTest() {
    torch::manual_seed(5);
    const Int8LinearShape& s = GetParam();
    weight_ = torch::randn({s.out, s.in}) / std::sqrt(static_cast<double>(s.in));
    bias_ = torch::randn({s.out});
    x_ = torch::randn({s.rows, s.in});
  }
  torch::Tensor weight_, bias_, x_;
};

TEST_P(Int8LinearTest, AgreesWithTheProductOfRoundedNumbers) {
  const torch::Tensor product =
      torch::matmul(rounded(x_, {1}, 127), rounded(weight_, {1}, int8_weight_limit()).t());
  expect_close(int8_linear(make_int8_linear(weight_, bias_), x_), product + bias_, kInt8Values);
  expect_close(int8_linear(make_int8_linear(weight_, {}), x_), product, kInt8Values);
  const torch::Tensor skip = torch::randn(product.sizes());
  expect_close(int8_linear(make_int8_linear(weight_, bias_), x_, skip), product + bias_ + skip, kInt8Values);
}

TEST_P(Int8LinearTest, IsNearTheProduct) {
  const torch::Tensor found = int8_linear(make_int8_linear(weight_, bias_), x_);
  const torch::Tensor exact = torch::matmul(x_, weight_.t()) + bias_;
  if (exact.numel() < 100) return;  // too few for a mean
  EXPECT_LT((found - exact).norm().item<double>(), 0.02 * exact.norm().item<double>());
}

TEST_P(Int8LinearTest, ARowDoesNotDependOnTheOthers) {
  const Int8Linear linear = make_int8_linear(weight_, bias_);
  const torch::Tensor all = int8_linear(linear, x_);
  for (std::int64_t row = 0; row < x_.size(0); ++row)
    EXPECT_TRUE(torch::equal(int8_linear(linear, x_.slice(0, row, row + 1)), all.slice(0, row, row + 1)));
}

TEST_P(Int8LinearTest, TakesSlicesOfColumns) {
  const Int8LinearShape& s = GetParam();
  const torch::Tensor wide = torch::cat({torch::randn({s.rows, 3}), x_, torch::randn({s.rows, 2})}, 1);
  const Int8Linear linear = make_int8_linear(weight_, bias_);
  EXPECT_TRUE(torch::equal(int8_linear(linear, wide.slice(1, 3, 3 + s.in)), int8_linear(linear, x_)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, Int8LinearTest,
                         testing::Values(Int8LinearShape{1, 1, 1}, Int8LinearShape{0, 7, 5},
                                         Int8LinearShape{5, 12, 384}, Int8LinearShape{13, 33, 17},
                                         Int8LinearShape{97, 192, 96}, Int8LinearShape{200, 384, 28},
                                         Int8LinearShape{24, 40, 15}));

TEST(Int8Linear, KeepsTheLeadingSizesAndRefusesOtherWidths) {
  const Int8Linear linear = make_int8_linear(torch::randn({4, 6}), {});
  EXPECT_EQ(int8_linear(linear, torch::randn({2, 3, 6})).sizes(), (at::IntArrayRef{2, 3, 4}));
  EXPECT_EQ(int8_linear(linear, torch::randn({2, 6}).to(torch::kBFloat16)).scalar_type(), torch::kFloat);
  EXPECT_THROW(int8_linear(linear, torch::randn({2, 5})), c10::Error);
}

TEST(Int8Linear, OfZerosIsTheBias) {
  const torch::Tensor bias = torch::randn({9});
  EXPECT_TRUE(
      torch::equal(int8_linear(make_int8_linear(torch::randn({9, 7}), bias), torch::zeros({1, 7}))[0], bias));
  EXPECT_TRUE(
      torch::equal(int8_linear(make_int8_linear(torch::zeros({9, 7}), bias), torch::ones({1, 7}))[0], bias));
}

struct MapsShape {
  std::int64_t in, out, height, columns;
  std::array<std::int64_t, 2> kernel, stride, padding;
  std::vector<int> widths;  // of the results
};

class Int8ConvolutionTest : public testing::TestWithParam<MapsShape> {
 protected:
  Int8ConvolutionTest() {
    torch::manual_seed(4);
    const MapsShape& s = GetParam();
    const auto batch = static_cast<std::int64_t>(s.widths.size());
    weight_ = torch::randn({s.out, s.in, s.kernel[0], s.kernel[1]}) /
              std::sqrt(static_cast<double>(s.kernel[0] * s.kernel[1] * s.in));
    bias_ = torch::randn({s.out});
    maps_ =
        torch::randn({batch, s.in, s.height, s.columns}).relu().contiguous(torch::MemoryFormat::ChannelsLast);
    for (std::int64_t b = 0; b < batch; ++b) maps_[b].slice(2, in_width(b)).zero_();
    widths_ = torch::tensor(s.widths, torch::kInt);
    skip_ = torch::randn_like(expected({}, false))
                .to(torch::kFloat)
                .contiguous(torch::MemoryFormat::ChannelsLast);
  }

  std::int64_t in_width(std::int64_t image) const {
    const MapsShape& s = GetParam();
    return std::min<std::int64_t>(s.columns, s.widths[static_cast<std::size_t>(image)] * s.stride[1]);
  }
  torch::Tensor convolve(const torch::Tensor& maps, const torch::Tensor& weight, const torch::Tensor& skip,
                         bool relu) const {
    const MapsShape& s = GetParam();
    torch::Tensor out = torch::conv2d(maps, weight, bias_.to(maps.scalar_type()), s.stride, s.padding);
    if (skip.defined()) out = out + skip;
    if (relu) out = out.relu();
    out = out.clone();
    for (std::int64_t b = 0; b < out.size(0); ++b)
      out[b].slice(2, s.widths[static_cast<std::size_t>(b)]).zero_();
    return out;
  }
  torch::Tensor expected(const torch::Tensor& skip, bool relu) const {
    return convolve(rounded(maps_, {1, 2, 3}, 255), rounded(weight_, {1, 2, 3}, int8_weight_limit()), skip,
                    relu);
  }
  Int8Convolution made() const {
    return make_int8_convolution(weight_, bias_, GetParam().stride, GetParam().padding);
  }

  torch::Tensor weight_, bias_, maps_, skip_, widths_;
};

TEST_P(Int8ConvolutionTest, AgreesWithTheConvolutionOfRoundedNumbers) {
  for (const torch::Tensor& skip : {torch::Tensor(), skip_})
    for (const bool relu : {false, true})
      expect_close(int8_convolution(made(), maps_, widths_, skip, relu), expected(skip, relu), kInt8Values);
}

TEST_P(Int8ConvolutionTest, IsNearTheConvolution) {
  const torch::Tensor exact = convolve(maps_, weight_, {}, false);
  const torch::Tensor found = int8_convolution(made(), maps_, widths_, {}, false);
  if (exact.numel() < 100) return;  // too few for a mean
  EXPECT_LT((found - exact).norm().item<double>(), 0.02 * exact.norm().item<double>());
}

// Alone, in company, and with more or less padding, to the last bit.
TEST_P(Int8ConvolutionTest, AnImageDoesNotDependOnTheOthers) {
  const torch::Tensor all = int8_convolution(made(), maps_, widths_, skip_, true);
  for (std::int64_t b = 0; b < maps_.size(0); ++b) {
    const std::int64_t width = GetParam().widths[static_cast<std::size_t>(b)];
    if (width == 0) continue;
    const torch::Tensor maps = maps_.slice(0, b, b + 1).slice(3, 0, in_width(b));
    const torch::Tensor skip = skip_.slice(0, b, b + 1).slice(3, 0, width);
    const torch::Tensor alone =
        int8_convolution(made(), maps, torch::tensor({static_cast<int>(width)}, torch::kInt), skip, true);
    EXPECT_TRUE(torch::equal(alone, all.slice(0, b, b + 1).slice(3, 0, width))) << "image " << b;
  }
}

using Sizes = std::array<std::int64_t, 2>;
INSTANTIATE_TEST_SUITE_P(
    Shapes, Int8ConvolutionTest,
    testing::Values(MapsShape{64, 64, 8, 40, Sizes{3, 3}, Sizes{1, 1}, Sizes{1, 1}, {40, 17, 1, 0}},
                    MapsShape{32, 64, 16, 50, Sizes{3, 3}, Sizes{2, 2}, Sizes{1, 1}, {25, 9}},
                    MapsShape{64, 96, 8, 31, Sizes{3, 3}, Sizes{2, 1}, Sizes{1, 1}, {31, 30}},
                    MapsShape{96, 192, 4, 29, Sizes{4, 1}, Sizes{1, 1}, Sizes{0, 0}, {29, 3}},
                    MapsShape{5, 7, 3, 11, Sizes{3, 3}, Sizes{1, 1}, Sizes{1, 1}, {11, 4}},
                    MapsShape{1, 1, 1, 1, Sizes{1, 1}, Sizes{1, 1}, Sizes{0, 0}, {1}},
                    MapsShape{3, 17, 6, 9, Sizes{2, 5}, Sizes{1, 2}, Sizes{0, 2}, {5}}));

TEST(Int8Convolution, RefusesOtherSizes) {
  const Int8Convolution convolution = make_int8_convolution(torch::randn({4, 6, 3, 3}), {}, {1, 1}, {1, 1});
  const torch::Tensor maps = torch::rand({1, 6, 5, 8});
  const auto widths = [](int width) { return torch::tensor({width}, torch::kInt); };
  EXPECT_NO_THROW(int8_convolution(convolution, maps, widths(8), {}, true));
  EXPECT_THROW(int8_convolution(convolution, torch::rand({1, 5, 5, 8}), widths(8), {}, true), c10::Error);
  EXPECT_THROW(int8_convolution(convolution, maps, widths(9), {}, true), c10::Error);
  EXPECT_THROW(int8_convolution(convolution, maps, widths(8), torch::rand({1, 4, 5, 7}), true), c10::Error);
}

TEST(Int8Convolution, OfBlankMapsIsTheBias) {
  const torch::Tensor bias = torch::randn({4});
  const Int8Convolution convolution = make_int8_convolution(torch::randn({4, 6, 1, 1}), bias, {1, 1}, {0, 0});
  const torch::Tensor found =
      int8_convolution(convolution, torch::zeros({1, 6, 1, 2}), torch::tensor({2}, torch::kInt), {}, false);
  EXPECT_TRUE(torch::equal(found[0].select(2, 1).flatten(), bias));
}

}  // namespace
}  // namespace ocrbatch::kernels
