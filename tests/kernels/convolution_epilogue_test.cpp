// The convolution epilogue against its definition: what the CPU does, and what each CUDA thread does, one
// after the other.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "kernels/convolution_epilogue.h"
#include "kernels/convolution_epilogue_thread.h"
#include "tests/kernels/expect_close.h"

namespace ocrbatch::kernels {
namespace {

struct EpilogueShape {
  int64_t batch, channels, rows, columns;
};

class ConvolutionEpilogueTest : public testing::TestWithParam<EpilogueShape> {
 protected:
  static torch::Tensor random_maps(torch::ScalarType type) {
    const auto& [batch, channels, rows, columns] = GetParam();
    return torch::randn({batch, channels, rows, columns})
        .to(type)
        .contiguous(torch::MemoryFormat::ChannelsLast);
  }
  // Lines that fill their columns, that have none, and others.
  static ConvolutionEpilogueInputs inputs(torch::ScalarType type, bool bias, bool skip, bool relu) {
    const auto& [batch, channels, rows, columns] = GetParam();
    ConvolutionEpilogueInputs in;
    in.maps = random_maps(type);
    if (bias) in.bias = torch::randn({channels}).to(type);
    if (skip) in.skip = random_maps(type);
    in.widths = torch::randint(0, static_cast<int>(columns) + 1, {batch}, torch::kInt);
    if (batch > 0) in.widths[0] = columns;
    if (batch > 1) in.widths[1] = 0;
    in.relu = relu;
    return in;
  }
  template <class Run>
  static void for_all(const Run& run) {
    torch::manual_seed(3);
    for (const auto type : {torch::kFloat, torch::kBFloat16, torch::kHalf})
      for (const int choice : {0, 1, 2, 3, 4, 5, 6, 7})
        run(inputs(type, (choice & 1) != 0, (choice & 2) != 0, (choice & 4) != 0));
  }
  static const Tolerance& tolerance(const ConvolutionEpilogueInputs& in) {
    return in.maps.scalar_type() == torch::kFloat ? kFloat32Values : kBfloat16Values;
  }
};

TEST_P(ConvolutionEpilogueTest, IsItsDefinition) {
  for_all([](const ConvolutionEpilogueInputs& in) {
    const torch::Tensor expected = convolution_epilogue_reference(in), found = convolution_epilogue(in);
    EXPECT_TRUE(found.is_same(in.maps)) << "in place";
    expect_close(found, expected, tolerance(in), "maps");
  });
}

template <int kCount, class Number>
void run_threads(const ConvolutionEpilogueInputs& in) {
  const torch::Tensor bias = in.bias.defined() ? in.bias.to(torch::kFloat) : torch::Tensor();
  EpilogueArrays<Number> arrays;
  arrays.batch = in.maps.size(0);
  arrays.channels = static_cast<int>(in.maps.size(1)), arrays.rows = static_cast<int>(in.maps.size(2));
  arrays.columns = static_cast<int>(in.maps.size(3));
  arrays.relu = in.relu;
  arrays.maps = in.maps.mutable_data_ptr<Number>();
  if (in.skip.defined()) arrays.skip = in.skip.const_data_ptr<Number>();
  if (bias.defined()) arrays.bias = bias.const_data_ptr<float>();
  arrays.widths = in.widths.const_data_ptr<int>();
  for (int64_t row = arrays.batch * arrays.rows; row-- > 0;)
    for (int part = 0; part < arrays.columns * (arrays.channels / kCount); ++part)
      convolution_epilogue_thread<kCount>(arrays, row, part);
}

template <class Number>
void run_threads_as_launched(const ConvolutionEpilogueInputs& in) {
  const bool in_packs = in.maps.size(1) % kEpilogueChannels<Number> == 0;
  in_packs ? run_threads<kEpilogueChannels<Number>, Number>(in) : run_threads<1, Number>(in);
}

TEST_P(ConvolutionEpilogueTest, AThreadDoesItsChannels) {
  for_all([](const ConvolutionEpilogueInputs& in) {
    const torch::Tensor expected = convolution_epilogue_reference(in);
    ConvolutionEpilogueInputs one_by_one = in;
    one_by_one.maps = in.maps.clone();
    switch (in.maps.scalar_type()) {
      case torch::kFloat:
        run_threads_as_launched<float>(in), run_threads<1, float>(one_by_one);
        break;
      case torch::kBFloat16:
        run_threads_as_launched<c10::BFloat16>(in), run_threads<1, c10::BFloat16>(one_by_one);
        break;
      default:
        run_threads_as_launched<c10::Half>(in), run_threads<1, c10::Half>(one_by_one);
    }
    expect_close(in.maps, expected, tolerance(in), "maps");
    EXPECT_TRUE(torch::equal(in.maps, one_by_one.maps)) << "whatever a thread's share";
  });
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvolutionEpilogueTest,
                         testing::Values(EpilogueShape{1, 1, 1, 1}, EpilogueShape{3, 16, 5, 7},
                                         EpilogueShape{2, 24, 2, 33}, EpilogueShape{2, 5, 3, 4},
                                         EpilogueShape{4, 8, 1, 130}, EpilogueShape{0, 8, 2, 3},
                                         EpilogueShape{2, 8, 3, 0}, EpilogueShape{2, 8, 0, 3}));

TEST(ConvolutionEpilogue, NotANumberStays) {
  const torch::Tensor maps =
      torch::full({1, 2, 1, 2}, std::nan("")).contiguous(torch::MemoryFormat::ChannelsLast);
  convolution_epilogue({.maps = maps, .widths = torch::tensor({1}, torch::kInt)});
  EXPECT_TRUE(std::isnan(maps[0][1][0][0].item<float>()));
  EXPECT_EQ(maps[0][1][0][1].item<float>(), 0) << "behind the line's end";
}

TEST(ConvolutionEpilogue, SaysWhatDoesNotFit) {
  const torch::Tensor maps = torch::zeros({2, 8, 3, 4}).contiguous(torch::MemoryFormat::ChannelsLast),
                      widths = torch::tensor({4, 2}, torch::kInt);
  EXPECT_THROW(convolution_epilogue({.maps = maps.contiguous(), .widths = widths}), c10::Error);
  EXPECT_THROW(convolution_epilogue({.maps = maps, .bias = torch::zeros({7}), .widths = widths}), c10::Error);
  EXPECT_THROW(convolution_epilogue({.maps = maps, .skip = maps.to(torch::kHalf), .widths = widths}),
               c10::Error);
  EXPECT_THROW(convolution_epilogue({.maps = maps, .widths = widths.to(torch::kLong)}), c10::Error);
  EXPECT_THROW(convolution_epilogue({.maps = maps.to(torch::kDouble), .widths = widths}), c10::Error);
}

}  // namespace
}  // namespace ocrbatch::kernels
