#include "kernels/ctc_loss.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/kernels/ctc_loss_inputs.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/gradient_check.h"

namespace ocrbatch::kernels {
namespace {

class CtcLossTest : public testing::TestWithParam<CtcShape> {};

TEST_P(CtcLossTest, ValuesAgreeWithTheReference) {
  const CtcLossInputs in = random_ctc_inputs(GetParam());
  expect_close(ctc_loss(in), ctc_loss_reference(in), kFloat32Values);
}

// LibTorch's, in double precision, as a second opinion on reference and gradients alike.
TEST_P(CtcLossTest, ValuesAndGradientsAgreeWithLibTorchInDouble) {
  if (GetParam().lines.empty()) return;  // LibTorch's takes no empty batch
  CtcLossInputs in = random_ctc_inputs(GetParam());
  const torch::Tensor precise = in.logits.to(torch::kDouble).requires_grad_(true);
  const torch::Tensor weights = torch::randn({in.logits.size(0)});
  const torch::Tensor expected = torch_ctc_losses(in, precise);
  (expected * weights).sum().backward();
  in.logits.requires_grad_(true);
  const torch::Tensor losses = ctc_loss(in);
  (losses * weights).sum().backward();
  expect_close(losses, expected, kFloat32Values);
  expect_close(ctc_loss_reference(in), expected, kFloat32Values);
  expect_close(in.logits.grad(), precise.grad(), kFloat32Gradients);
}

INSTANTIATE_TEST_SUITE_P(Shapes, CtcLossTest, testing::ValuesIn(ctc_shapes()));

TEST(CtcLoss, GradientsAgreeWithDifferencesOfTheReference) {
  for (const size_t shape : {0U, 1U, 2U}) {
    CtcLossInputs in = random_ctc_inputs(ctc_shapes()[shape]);
    check_gradients(
        {{"logits", &in.logits}}, [&] { return ctc_loss(in); }, [&] { return ctc_loss_reference(in); });
  }
}

TEST(CtcLoss, StaysExactWhereEveryAlignmentIsVeryUnlikely) {
  CtcLossInputs in = random_ctc_inputs({400, 30, {{400, counting_labels(100, 30)}}});
  in.logits.select(2, 29).add_(60);  // a class that the line has not: some 24,000 nats
  in.logits.requires_grad_(true);
  const torch::Tensor precise = in.logits.detach().to(torch::kDouble).requires_grad_(true);
  const torch::Tensor losses = ctc_loss(in);
  losses.sum().backward();
  torch_ctc_losses(in, precise).sum().backward();
  expect_close(losses, ctc_loss_reference(in), kFloat32Values);
  expect_close(in.logits.grad(), precise.grad(), kFloat32Gradients);
}

TEST(CtcLoss, HalfPrecisionGivesTheLossOfTheRoundedLogits) {
  for (const auto dtype : {torch::kBFloat16, torch::kHalf}) {
    CtcLossInputs in = random_ctc_inputs(ctc_shapes()[3]);
    in.logits = in.logits.to(dtype).requires_grad_(true);
    const torch::Tensor losses = ctc_loss(in);
    losses.sum().backward();
    EXPECT_EQ(losses.scalar_type(), torch::kFloat);
    EXPECT_EQ(in.logits.grad().scalar_type(), dtype);
    expect_close(losses, ctc_loss_reference(in), kFloat32Values);
  }
}

TEST(CtcLoss, NothingAfterTheFramesReachesTheResult) {
  CtcLossInputs in = random_ctc_inputs({9, 5, {{6, {1, 2}}, {9, {3}}}});
  const torch::Tensor before = ctc_loss(in);
  in.logits[0].slice(0, 6) = std::nan("");
  in.logits.requires_grad_(true);
  const torch::Tensor after = ctc_loss(in);
  after.sum().backward();
  EXPECT_TRUE(torch::equal(before, after));
  EXPECT_TRUE(torch::equal(in.logits.grad()[0].slice(0, 6), torch::zeros({3, 5})));
}

TEST(CtcLoss, ALineThatIsNotFiniteIsAloneInIt) {
  for (const double odd : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    for (const int64_t place : {0, 18}) {  // within a vector, and behind the last whole one
      CtcLossInputs in = random_ctc_inputs({4, 19, {{4, {1, 2}}, {4, {3}}}});
      in.logits[0][2][place] = odd;
      in.logits.requires_grad_(true);
      const torch::Tensor losses = ctc_loss(in);
      losses.sum().backward();
      EXPECT_TRUE(losses[0].isnan().item<bool>());
      EXPECT_TRUE(in.logits.grad()[0].isnan().all().item<bool>());
      EXPECT_TRUE(losses[1].isfinite().item<bool>());
      EXPECT_TRUE(in.logits.grad()[1].isfinite().all().item<bool>());
    }
  }
}

TEST(CtcLoss, ALineDoesNotDependOnItsBatch) {
  const CtcLossInputs in = random_ctc_inputs(ctc_shapes()[4]);
  const torch::Tensor together = ctc_loss(in);
  int first = 0;
  for (int64_t b = 0; b < in.logits.size(0); ++b) {
    const int count = in.label_counts[b].item<int>(), frames = in.frames[b].item<int>();
    const CtcLossInputs alone{in.logits.slice(0, b, b + 1).slice(1, 0, frames), in.frames.slice(0, b, b + 1),
                              in.labels.slice(0, first, first + count), in.label_counts.slice(0, b, b + 1)};
    EXPECT_TRUE(torch::equal(ctc_loss(alone)[0], together[b]));
    first += count;
  }
}

TEST(CtcLoss, SaysWhatDoesNotFit) {
  const auto message_of = [](const CtcLossInputs& in) -> std::string {
    try {
      ctc_loss(in);
    } catch (const c10::Error& error) {
      return error.what_without_backtrace();
    }
    return "accepted";
  };
  const CtcLossInputs good = random_ctc_inputs({5, 4, {{5, {1, 3}}}});
  CtcLossInputs in = good;
  in.labels = torch::tensor({1, 4}, torch::kInt);
  EXPECT_EQ(message_of(in), "ctc_loss: labels[1] should be 1 to 3, got 4");
  in = good;
  in.frames = torch::tensor({6}, torch::kInt);
  EXPECT_EQ(message_of(in), "ctc_loss: frames[0] should be 0 to 5, got 6");
  in = good;
  in.label_counts = torch::tensor({1}, torch::kInt);
  EXPECT_EQ(message_of(in), "ctc_loss: labels should be 1 int32 on the CPU");
}

}  // namespace
}  // namespace ocrbatch::kernels
