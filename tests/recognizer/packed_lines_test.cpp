#include "recognizer/layers/packed_lines.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace ocrbatch::recognizer {
namespace {

TEST(PackedLines, PackingAndBackKeepsRowsAndGradientsAndClearsPadding) {
  torch::manual_seed(8);
  for (const std::vector<int>& counts :
       {std::vector<int>{4, 4}, {1, 4, 0, 2}, {0, 0}, {3}, std::vector<int>{}}) {
    const auto batch = static_cast<int64_t>(counts.size());
    const torch::Tensor lengths = torch::tensor(counts, torch::kInt);
    const torch::Tensor x = torch::randn({batch, 4, 5}).requires_grad_(true);
    const torch::Tensor kept = (torch::arange(4).view({1, 4, 1}) < lengths.view({batch, 1, 1}))
                                   .expand({batch, 4, 5})
                                   .to(torch::kFloat);
    const PackedLines lines(lengths, 4, torch::kCPU);
    const torch::Tensor packed = lines.pack(x);
    if (packed.dim() == 3) {  // nothing to leave out
      EXPECT_EQ(lengths.sum().item<int64_t>(), batch * 4);
    } else {
      EXPECT_EQ(packed.sizes(), (std::vector<int64_t>{lengths.sum().item<int64_t>(), 5}));
    }
    const torch::Tensor back = lines.unpack(packed);
    EXPECT_TRUE(torch::equal(back, x * kept));
    const torch::Tensor grad = torch::randn(x.sizes());
    (back * grad).sum().backward();
    EXPECT_TRUE(torch::equal(x.grad(), grad * kept));
  }
}

TEST(PackedLines, LittlePaddingStays) {
  const torch::Tensor x = torch::randn({2, 16, 3});
  EXPECT_EQ(PackedLines(torch::tensor({16, 13}, torch::kInt), 16, torch::kCPU).pack(x).dim(), 3);
  EXPECT_EQ(PackedLines(torch::tensor({16, 11}, torch::kInt), 16, torch::kCPU).pack(x).dim(), 2);
}

}  // namespace
}  // namespace ocrbatch::recognizer
