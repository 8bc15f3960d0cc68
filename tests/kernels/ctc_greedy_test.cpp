// The CPU's greedy decoding, and what the CUDA kernel's warps do, executed on the CPU phase by phase, held to
// the reference.
#include "kernels/ctc_greedy.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "kernels/ctc_greedy_thread.h"
#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {
namespace {

template <class Number>
CtcGreedyLabels run_warps(const torch::Tensor& logits, const torch::Tensor& frames, bool last_thread_first) {
  CtcGreedyArrays<Number> arrays;
  arrays.batch = logits.size(0), arrays.steps = logits.size(1), arrays.classes = logits.size(2);
  arrays.logits = logits.const_data_ptr<Number>();
  arrays.frames = frames.const_data_ptr<int>();
  const auto ints = [&](at::IntArrayRef sizes) { return torch::full(sizes, -77, torch::kInt); };
  CtcGreedyLabels out;
  out.counts = ints({arrays.batch});
  out.labels = ints({arrays.batch, arrays.steps});
  out.first_frames = torch::clone(out.labels), out.last_frames = torch::clone(out.labels);
  out.probabilities = torch::full({arrays.batch, arrays.steps}, std::nan(""));
  torch::Tensor best = torch::clone(out.labels), of_best = torch::clone(out.probabilities);
  arrays.best = best.data_ptr<int>(), arrays.best_probability = of_best.data_ptr<float>();
  arrays.counts = out.counts.data_ptr<int>(), arrays.labels = out.labels.data_ptr<int>();
  arrays.first_frames = out.first_frames.data_ptr<int>();
  arrays.last_frames = out.last_frames.data_ptr<int>();
  arrays.probabilities = out.probabilities.data_ptr<float>();
  const HostBlock warp{kWarpThreads, last_thread_first};
  for (int64_t item = 0; item < arrays.batch; ++item) {
    CtcBest memory[kWarpThreads];
    int starts[kWarpThreads];
    for (int64_t t = 0; t < arrays.frames[item]; ++t)
      ctc_best_of_row(warp, arrays, item * arrays.steps + t, memory);
    ctc_collapse_line(warp, arrays, item, starts);
  }
  return out;
}

void expect_equal(const CtcGreedyLabels& actual, const CtcGreedyLabels& expected) {
  ASSERT_TRUE(torch::equal(actual.counts, expected.counts));
  for (int64_t b = 0; b < expected.counts.size(0); ++b) {
    const auto count = expected.counts[b].item<int64_t>();
    const auto row = [&](const torch::Tensor& t) { return t[b].slice(0, 0, count); };
    EXPECT_TRUE(torch::equal(row(actual.labels), row(expected.labels)));
    EXPECT_TRUE(torch::equal(row(actual.first_frames), row(expected.first_frames)));
    EXPECT_TRUE(torch::equal(row(actual.last_frames), row(expected.last_frames)));
    EXPECT_TRUE(torch::allclose(row(actual.probabilities).to(torch::kDouble), row(expected.probabilities),
                                kFloat32Values.relative, kFloat32Values.absolute));
  }
}

void expect_all_agree(const torch::Tensor& logits, const torch::Tensor& frames) {
  const CtcGreedyLabels expected = ctc_greedy_reference(logits, frames);
  expect_equal(ctc_greedy(logits, frames), expected);
  for (const bool last_first : {false, true})
    expect_equal(run_warps<float>(logits, frames, last_first), expected);
  const torch::Tensor rounded = logits.to(torch::kBFloat16);
  const CtcGreedyLabels of_rounded = ctc_greedy_reference(rounded, frames);
  expect_equal(ctc_greedy(rounded, frames), of_rounded);
  expect_equal(run_warps<at::BFloat16>(rounded, frames, false), of_rounded);
}

struct GreedyShape {
  int64_t batch, steps, classes;
};
class CtcGreedyTest : public testing::TestWithParam<GreedyShape> {};

// Few values make many ties; stretches of equal frames make many repeats.
TEST_P(CtcGreedyTest, AgreesWithTheReferenceOverTiesAndRepeats) {
  const auto [batch, steps, classes] = GetParam();
  torch::manual_seed(4);
  for (int round = 0; round < 8; ++round) {
    torch::Tensor logits = torch::randn({batch, steps, classes}) * 3;
    if (round % 2 == 1) logits = torch::round(logits);
    if (round % 4 >= 2) logits = logits.repeat_interleave(3, 1).slice(1, 0, steps).contiguous();
    if (round >= 4) logits.select(2, 0).add_(3);
    torch::Tensor frames = torch::randint(0, steps + 1, {batch}, torch::kInt);
    if (batch > 0) frames[0] = steps;
    expect_all_agree(logits, frames);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CtcGreedyTest,
                         testing::Values(GreedyShape{1, 1, 1}, GreedyShape{2, 7, 3}, GreedyShape{3, 31, 15},
                                         GreedyShape{3, 32, 16}, GreedyShape{3, 33, 17},
                                         GreedyShape{2, 100, 31}, GreedyShape{2, 160, 33},
                                         GreedyShape{1, 65, 374}, GreedyShape{0, 4, 5},
                                         GreedyShape{2, 0, 5}));

TEST(CtcGreedy, FramesOfStrangeNumbersAreBlanks) {
  const float inf = std::numeric_limits<float>::infinity();
  for (const int64_t place : {0, 5, 39}) {
    torch::Tensor logits = torch::zeros({1, 7, 40});
    logits.select(2, 3).fill_(4);
    logits[0][1][place] = std::nan("");
    logits[0][2][place] = inf;
    logits[0][3][place] = -inf;
    logits[0][5].fill_(-inf);
    logits[0][6].fill_(std::nan(""));
    const torch::Tensor frames = torch::tensor({7}, torch::kInt);
    expect_all_agree(logits, frames);
    EXPECT_EQ(ctc_greedy(logits, frames).counts.item<int>(), 2);
  }
}

TEST(CtcGreedy, ALineDoesNotDependOnItsBatch) {
  torch::manual_seed(6);
  const torch::Tensor logits = torch::randn({3, 50, 33}), frames = torch::tensor({50, 20, 0}, torch::kInt);
  const CtcGreedyLabels together = ctc_greedy(logits, frames);
  for (int64_t b = 0; b < 3; ++b) {
    const CtcGreedyLabels alone =
        ctc_greedy(logits.slice(0, b, b + 1).slice(1, 0, frames[b].item<int>()), frames.slice(0, b, b + 1));
    const int64_t count = together.counts[b].item<int>();
    ASSERT_EQ(alone.counts.item<int>(), count);
    EXPECT_TRUE(torch::equal(alone.probabilities[0].slice(0, 0, count),
                             together.probabilities[b].slice(0, 0, count)));
  }
}

}  // namespace
}  // namespace ocrbatch::kernels
