// Executes on the CPU, phase by phase, what the CTC loss's blocks of CUDA threads do, and holds it to the
// reference and to LibTorch's gradients in double precision.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "kernels/ctc_label_order.h"
#include "kernels/ctc_loss_thread.h"
#include "tests/kernels/ctc_loss_inputs.h"
#include "tests/kernels/expect_close.h"

namespace ocrbatch::kernels {
namespace {

struct Result {
  torch::Tensor losses, gradient;
};

// What nothing has written is not a number.
torch::Tensor unwritten(at::IntArrayRef sizes) {
  return torch::full(sizes, std::nan(""));
}

template <class Number>
Result run_blocks(const CtcLossInputs& in, const torch::Tensor& grad_losses, int sweep_threads,
                  bool last_thread_first = false) {
  const CtcLabelOrder order(in.labels, in.label_counts);
  CtcArrays<Number> arrays;
  arrays.batch = in.logits.size(0), arrays.steps = in.logits.size(1), arrays.classes = in.logits.size(2);
  arrays.max_labels = order.max_labels;
  arrays.logits = in.logits.const_data_ptr<Number>();
  arrays.frames = in.frames.const_data_ptr<int>();
  arrays.labels = in.labels.const_data_ptr<int>();
  arrays.line_start = order.line_start.data(), arrays.by_label = order.by_label.data();
  torch::Tensor log_sums = unwritten({arrays.batch, arrays.steps}), shifts = torch::clone(log_sums);
  torch::Tensor alpha = unwritten({arrays.batch, arrays.steps, arrays.states()}), beta = torch::clone(alpha);
  torch::Tensor totals = unwritten({arrays.batch}), losses = torch::clone(totals);
  torch::Tensor gradient = unwritten(in.logits.sizes()).to(in.logits.scalar_type());
  arrays.log_sums = log_sums.data_ptr<float>(), arrays.shifts = shifts.data_ptr<float>();
  arrays.alpha = alpha.data_ptr<float>(), arrays.beta = beta.data_ptr<float>();
  arrays.totals = totals.data_ptr<float>();

  const HostBlock warp{kWarpThreads, last_thread_first};
  for (int64_t item = 0; item < arrays.batch; ++item) {
    CtcRowMemory memory;
    for (int64_t t = 0; t < arrays.frames[item]; ++t) ctc_sum_row(warp, arrays, item, t, memory);
    torch::Tensor rows = unwritten({4, arrays.states()});
    std::vector<double> sums(static_cast<size_t>(sweep_threads), std::nan(""));
    ctc_sweep_line(HostBlock{sweep_threads, last_thread_first}, arrays, item, rows.data_ptr<float>(),
                   sums.data(), losses.data_ptr<float>());
    for (int64_t t = 0; t < arrays.steps; ++t)
      ctc_gradient_row(warp, arrays, item, t, grad_losses.const_data_ptr<float>()[item], memory,
                       gradient.mutable_data_ptr<Number>());
  }
  return {losses, gradient};
}

struct Expected {
  torch::Tensor gradient, grad_losses;
};

Expected torch_gradient(const CtcLossInputs& in) {
  const torch::Tensor precise = in.logits.to(torch::kDouble).requires_grad_(true);
  const torch::Tensor grad_losses = torch::randn({in.logits.size(0)});
  if (in.logits.size(0) == 0) return {torch::zeros_like(precise), grad_losses};
  (torch_ctc_losses(in, precise) * grad_losses).sum().backward();
  return {precise.grad(), grad_losses};
}

class CtcLossThreads : public testing::TestWithParam<CtcShape> {};

TEST_P(CtcLossThreads, ValuesAndGradientsAgree) {
  const CtcLossInputs in = random_ctc_inputs(GetParam());
  const Expected expected = torch_gradient(in);
  // Fewer threads than states, so that each has several, and more.
  for (const int threads : {2, 64, 256}) {
    const Result result = run_blocks<float>(in, expected.grad_losses, threads);
    expect_close(result.losses, ctc_loss_reference(in), kFloat32Values);
    expect_close(result.gradient, expected.gradient, kFloat32Gradients);
    const Result reversed = run_blocks<float>(in, expected.grad_losses, threads, /*last_thread_first=*/true);
    EXPECT_TRUE(torch::equal(reversed.losses, result.losses));
    EXPECT_TRUE(torch::equal(reversed.gradient, result.gradient));
  }
}

TEST_P(CtcLossThreads, Bfloat16ValuesAgreeAndGradientsAreRoundedOnce) {
  CtcLossInputs in = random_ctc_inputs(GetParam());
  in.logits = in.logits.to(torch::kBFloat16);
  const Expected expected = torch_gradient(in);
  const Result result = run_blocks<at::BFloat16>(in, expected.grad_losses, 64);
  expect_close(result.losses, ctc_loss_reference(in), kFloat32Values);
  expect_close(result.gradient, expected.gradient, kBfloat16Values);
}

INSTANTIATE_TEST_SUITE_P(Shapes, CtcLossThreads, testing::ValuesIn(ctc_shapes()));

TEST(CtcLossThreads, StayExactWhereEveryAlignmentIsVeryUnlikely) {
  CtcLossInputs in = random_ctc_inputs({400, 30, {{400, counting_labels(100, 30)}}});
  in.logits.select(2, 29).add_(60);
  const Expected expected = torch_gradient(in);
  const Result result = run_blocks<float>(in, expected.grad_losses, 256);
  expect_close(result.losses, ctc_loss_reference(in), kFloat32Values);
  expect_close(result.gradient, expected.gradient, kFloat32Gradients);
}

TEST(CtcLossThreads, ALineThatIsNotFiniteIsAloneInIt) {
  for (const double odd : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    CtcLossInputs in = random_ctc_inputs({5, 40, {{4, {1, 2}}, {4, {3}}, {1, {3, 3}}}});
    in.logits[0][2][35] = odd;
    in.logits[2][0][7] = odd;
    const Result result = run_blocks<float>(in, torch::ones({3}), 64);
    EXPECT_TRUE(torch::equal(result.losses.isnan(), torch::tensor({true, false, true})));
    EXPECT_TRUE(result.gradient[0].slice(0, 0, 4).isnan().all().item<bool>());
    EXPECT_TRUE(torch::equal(result.gradient[0][4], torch::zeros({40})));
    EXPECT_TRUE(result.gradient[1].isfinite().all().item<bool>());
  }
}

}  // namespace
}  // namespace ocrbatch::kernels
