#include "kernels/image_convolution.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <vector>

#include "tests/kernels/expect_close.h"
#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {
namespace {

using Sides = std::array<std::int64_t, 2>;

struct ImageShape {
  std::int64_t out, height, columns;
  Sides kernel, stride, padding;
  std::vector<int> widths;  // of the results
};

class ImageConvolutionTest : public testing::TestWithParam<ImageShape> {
 protected:
  ImageConvolutionTest() {
    torch::manual_seed(6);
    const ImageShape& s = GetParam();
    weight_ = torch::randn({s.out, 1, s.kernel[0], s.kernel[1]});
    bias_ = torch::randn({s.out});
    images_ = torch::randn({static_cast<std::int64_t>(s.widths.size()), 1, s.height, s.columns});
    widths_ = torch::tensor(s.widths, torch::kInt);
  }
  torch::Tensor run(const torch::Tensor& images, const torch::Tensor& widths, bool relu) const {
    const ImageShape& s = GetParam();
    return image_convolution(make_image_convolution(weight_, bias_, s.stride, s.padding), images, widths,
                             relu);
  }

  torch::Tensor weight_, bias_, images_, widths_;
};

TEST_P(ImageConvolutionTest, AgreesWithLibTorchs) {
  const ImageShape& s = GetParam();
  for (const bool relu : {false, true}) {
    torch::Tensor expected = torch::conv2d(images_.to(torch::kDouble), weight_.to(torch::kDouble),
                                           bias_.to(torch::kDouble), s.stride, s.padding);
    if (relu) expected = expected.relu();
    const torch::Tensor counts = torch::arange(expected.size(3)).unsqueeze(0).lt(widths_.unsqueeze(1));
    const torch::Tensor found = run(images_, widths_, relu);
    EXPECT_TRUE(found.is_contiguous(torch::MemoryFormat::ChannelsLast));
    expect_close(found, expected * counts.view({-1, 1, 1, expected.size(3)}), kFloat32Values);
  }
}

TEST_P(ImageConvolutionTest, AnImageDoesNotDependOnTheOthers) {
  const torch::Tensor all = run(images_, widths_, true);
  for (std::int64_t b = 0; b < images_.size(0); ++b) {
    const torch::Tensor alone = run(images_.slice(0, b, b + 1), widths_.slice(0, b, b + 1), true);
    EXPECT_TRUE(torch::equal(alone, all.slice(0, b, b + 1))) << "image " << b;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ImageConvolutionTest,
                         testing::Values(ImageShape{1, 1, 1, {1, 1}, {1, 1}, {0, 0}, {1, 0}},
                                         ImageShape{32, 32, 64, {3, 3}, {2, 2}, {1, 1}, {32, 17, 1}},
                                         ImageShape{17, 9, 31, {3, 3}, {2, 1}, {1, 1}, {31, 30}},
                                         ImageShape{64, 15, 23, {7, 7}, {2, 2}, {3, 3}, {12}},
                                         ImageShape{5, 6, 7, {2, 5}, {1, 3}, {0, 2}, {3, 2, 0}},
                                         ImageShape{8, 4, 4, {3, 3}, {1, 1}, {1, 1}, {}}));

TEST(ImageConvolution, RefusesWhatDoesNotFit) {
  const ImageConvolution convolution = make_image_convolution(torch::randn({4, 1, 3, 3}), {}, {2, 2}, {0, 0});
  const torch::Tensor widths = torch::tensor({1}, torch::kInt);
  EXPECT_THROW(make_image_convolution(torch::randn({4, 2, 3, 3}), {}, {1, 1}, {1, 1}), c10::Error);
  EXPECT_THROW(image_convolution(convolution, torch::randn({1, 1, 2, 8}), widths, true), c10::Error);
  EXPECT_THROW(image_convolution(convolution, torch::randn({1, 2, 8, 8}), widths, true), c10::Error);
  EXPECT_THROW(
      image_convolution(convolution, torch::randn({1, 1, 8, 8}), torch::tensor({9}, torch::kInt), true),
      c10::Error);
}

}  // namespace
}  // namespace ocrbatch::kernels
