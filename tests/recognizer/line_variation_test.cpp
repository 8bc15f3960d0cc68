// Lines changed on the device that trains, with the CPU as the device.
#include "recognizer/train/line_variation.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace ocrbatch::recognizer {
namespace {

constexpr int64_t kLines = 40, kHeight = 32, kColumns = 160;

// Upright strokes of three columns, a number of them that depends on the line.
torch::Tensor strokes(const torch::Tensor& widths) {
  const torch::Tensor images = torch::zeros({kLines, 1, kHeight, kColumns});
  for (int64_t line = 0; line < kLines; ++line)
    for (int64_t x = 8; x + 3 < widths[line].item<int64_t>(); x += 12)
      images[line][0].slice(0, 6, 26).slice(1, x, x + 3).fill_(1);
  return images;
}

torch::Tensor some_widths() {
  torch::manual_seed(1);
  return torch::randint(40, kColumns + 1, {kLines}, torch::kInt);
}

TEST(VaryLines, ChangesLinesThatStayLegibleAndClearBehindTheirEnds) {
  const torch::Tensor widths = some_widths(), images = strokes(widths), before = images.clone();
  torch::manual_seed(5);
  const torch::Tensor varied = vary_lines(images, widths);
  EXPECT_TRUE(torch::equal(images, before)) << "in place";
  ASSERT_EQ(varied.sizes(), images.sizes());
  EXPECT_GE(varied.min().item<float>(), 0);
  EXPECT_LE(varied.max().item<float>(), 1);
  int changed = 0;
  for (int64_t line = 0; line < kLines; ++line) {
    const int64_t width = widths[line].item<int64_t>();
    EXPECT_EQ(varied[line].slice(2, width).abs().sum().item<float>(), 0) << line;
    const torch::Tensor a = images[line].flatten() - images[line].mean(),
                        b = varied[line].flatten() - varied[line].mean();
    const double likeness = (a.dot(b) / (a.norm() * b.norm())).item<double>();
    EXPECT_GT(likeness, 0.5) << line;
    changed += likeness < 0.99 ? 1 : 0;
  }
  EXPECT_GT(changed, kLines / 2);
}

TEST(VaryLines, IsTheSameForTheSameSeed) {
  const torch::Tensor widths = some_widths(), images = strokes(widths);
  torch::manual_seed(5);
  const torch::Tensor first = vary_lines(images, widths), other = vary_lines(images, widths);
  torch::manual_seed(5);
  EXPECT_TRUE(torch::equal(vary_lines(images, widths), first));
  EXPECT_FALSE(torch::equal(other, first));
}

TEST(VaryLines, TakesImagesOfAnySize) {
  EXPECT_EQ(vary_lines(torch::zeros({0, 1, 8, 8}), torch::zeros({0}, torch::kInt)).size(0), 0);
  const torch::Tensor dot = vary_lines(torch::ones({1, 1, 1, 1}), torch::ones({1}, torch::kInt));
  EXPECT_TRUE(torch::isfinite(dot).all().item<bool>());
}

}  // namespace
}  // namespace ocrbatch::recognizer
