#include "kernels/selective_scan.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>

#include "kernels/selective_scan_cpu.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/gradient_check.h"
#include "tests/kernels/selective_scan_inputs.h"
#include "tests/kernels/tolerances.h"

namespace ocrbatch::kernels {
namespace {

class SelectiveScanTest : public testing::TestWithParam<ScanShape> {};
// Smaller shapes only: differences of the reference take a run of it for every input number.
class SelectiveScanGradients : public testing::TestWithParam<ScanShape> {};

TEST_P(SelectiveScanTest, AgreesWithTheReference) {
  const SelectiveScanInputs in = random_scan_inputs(GetParam());
  const torch::Tensor expected = selective_scan_reference(in);
  const torch::NoGradGuard no_grad;
  const torch::Tensor actual = selective_scan(in);
  EXPECT_EQ(actual.scalar_type(), torch::kFloat);
  EXPECT_TRUE(
      torch::allclose(actual.to(torch::kDouble), expected, kFloat32Values.relative, kFloat32Values.absolute))
      << (actual - expected).abs().max();
}

TEST_P(SelectiveScanGradients, EveryGradientAgreesWithDifferencesOfTheReference) {
  SelectiveScanInputs in = random_scan_inputs(GetParam());
  check_gradients(
      {{"u", &in.u},
       {"delta", &in.delta},
       {"A", &in.A},
       {"B", &in.B},
       {"C", &in.C},
       {"D", &in.D},
       {"z", &in.z},
       {"delta_bias", &in.delta_bias}},
      [&] { return selective_scan(in); }, [&] { return selective_scan_reference(in); });
}

// Whatever the processor prefers, with steps long enough to forget all at once.
TEST(SelectiveScanByScaling, AgreesWithTheOtherWayToADecay) {
  for (const int64_t states : {4, 5, 8, 16}) {
    for (const int64_t rates : {states, int64_t{1}}) {
      constexpr int64_t kSteps = 70, kChannels = 19, kPadded = 32;
      torch::manual_seed(5);
      const torch::Tensor u = torch::randn({kSteps, kChannels}), z = torch::randn({kSteps, kChannels}),
                          delta = torch::randn({kSteps, kChannels}).exp() * 4 - 4,
                          A_t = -torch::rand({rates, kPadded}) * 16, B = torch::randn({kSteps, states}),
                          C = torch::randn({kSteps, states}), D = torch::randn({kPadded}),
                          bias = torch::randn({kPadded});
      ScanLine line;
      line.length = kSteps, line.channels = kChannels, line.padded = kPadded;
      line.states = states, line.rates = rates;
      line.u = u.const_data_ptr<float>(), line.delta = delta.const_data_ptr<float>();
      line.A_t = A_t.const_data_ptr<float>(), line.D = D.const_data_ptr<float>();
      line.B = B.const_data_ptr<float>(), line.C = C.const_data_ptr<float>();
      line.z = z.const_data_ptr<float>(), line.delta_bias = bias.const_data_ptr<float>();
      line.B_stride = line.C_stride = states, line.z_stride = kChannels;
      torch::Tensor results[2];
      for (const bool by_scaling : {false, true}) {
        line.by_scaling = by_scaling;
        results[by_scaling] = torch::empty({kSteps, kChannels});
        scan_forward_cpu(line, results[by_scaling].mutable_data_ptr<float>());
      }
      expect_close(results[1], results[0], kFloat32Values);
    }
  }
}

// Not only close: every line is computed in the same order.
TEST_P(SelectiveScanTest, PackedLinesGiveThePaddedOnesResultsAndGradients) {
  SelectiveScanInputs padded = random_scan_inputs(GetParam());
  padded.lengths = torch::randint(0, GetParam().steps + 1, {GetParam().batch}, torch::kInt);
  SelectiveScanInputs short_of_padding = packed(padded);
  const auto differentiate = [](SelectiveScanInputs& in, const torch::Tensor& grad_out) {
    std::vector<torch::Tensor> results;
    for (torch::Tensor* t : {&in.u, &in.delta, &in.A, &in.B, &in.C, &in.D, &in.z, &in.delta_bias})
      if (t->defined()) *t = t->detach().clone().requires_grad_(true);
    const torch::Tensor out = selective_scan(in);
    (out * grad_out).sum().backward();
    results.push_back(out.detach());
    for (torch::Tensor* t : {&in.u, &in.delta, &in.A, &in.B, &in.C, &in.D, &in.z, &in.delta_bias})
      if (t->defined()) results.push_back(t->grad());
    return results;
  };
  const torch::Tensor grad_out = torch::randn(padded.u.sizes());
  const auto expected = differentiate(padded, grad_out);
  const auto actual = differentiate(short_of_padding, pack(grad_out, padded.lengths));
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_TRUE(
        torch::equal(actual[i], expected[i].dim() == 3 ? pack(expected[i], padded.lengths) : expected[i]))
        << i;
  EXPECT_TRUE(torch::equal(selective_scan_reference(short_of_padding),
                           pack(selective_scan_reference(padded), padded.lengths)));
}

const auto kSmallShapes = testing::Values(
    ScanShape{1, 1, 1, 1, false, false, true}, ScanShape{2, 7, 15, 4, true, false, true},
    ScanShape{2, 7, 15, 4, true, true, true}, ScanShape{1, 5, 16, 8, true, true, false},
    ScanShape{3, 4, 17, 8, false, true, true}, ScanShape{1, 3, 33, 16, true, false, true},
    ScanShape{2, 6, 8, 5, true, true, true}, ScanShape{1, 2, 3, 64, false, false, false},
    ScanShape{0, 4, 8, 8, true, false, true}, ScanShape{2, 0, 8, 8, true, false, true},
    ScanShape{1, 1, 1, 1, true, false, true, true}, ScanShape{2, 7, 15, 4, true, true, true, true},
    ScanShape{3, 4, 17, 8, false, true, false, true}, ScanShape{1, 5, 16, 16, true, false, true, true},
    ScanShape{2, 6, 8, 5, true, true, true, true}, ScanShape{1, 2, 3, 64, false, false, true, true},
    ScanShape{0, 4, 8, 8, true, false, true, true}, ScanShape{2, 0, 8, 8, true, false, true, true});
// Both ways of selective_scan_sum, and inputs that are slices of wider tensors.
TEST_P(SelectiveScanTest, SumsAreThoseOfTheSingleScans) {
  SelectiveScanInputs first = random_scan_inputs(GetParam()), second = first;
  second.reverse = !first.reverse;
  second.u = torch::randn(first.u.sizes()), second.A = -torch::rand(first.A.sizes()) - 0.05;
  const auto inside = [](const torch::Tensor& t) {
    return torch::cat({t, t, t}, -1).narrow(-1, t.size(-1), t.size(-1));
  };
  second.B = inside(first.B), second.C = inside(first.C);
  if (first.z.defined()) second.z = inside(first.z);
  const torch::Tensor expected = selective_scan_reference(first) + selective_scan_reference(second);
  expect_close(selective_scan_sum(first, second), expected, kFloat32Values);  // differentiable
  const torch::NoGradGuard no_grad;
  expect_close(selective_scan_sum(first, second), expected, kFloat32Values);
  // The same gate as one tensor is applied once.
  second.z = first.z;
  expect_close(selective_scan_sum(first, second), expected, kFloat32Values);
}

INSTANTIATE_TEST_SUITE_P(Small, SelectiveScanTest, kSmallShapes);
INSTANTIATE_TEST_SUITE_P(Long, SelectiveScanTest,
                         testing::Values(ScanShape{2, 300, 40, 8, true, true, true},
                                         ScanShape{2, 300, 40, 8, true, true, true, true},
                                         ScanShape{1, 4096, 16, 16, true, false, true}));
INSTANTIATE_TEST_SUITE_P(Small, SelectiveScanGradients, kSmallShapes);

// A tied A is one whose rates are all the same.
TEST(SelectiveScan, TiedEqualsRepeatedRates) {
  SelectiveScanInputs tied = random_scan_inputs({2, 40, 20, 8, true, false, true, true});
  SelectiveScanInputs repeated = tied;
  repeated.A = tied.A.repeat({1, 8});
  tied.A = tied.A.detach().clone().requires_grad_(true);
  repeated.A.requires_grad_(true);
  const torch::Tensor out = selective_scan(tied), expected = selective_scan(repeated);
  expect_close(out, expected.detach(), kFloat32Values);
  const torch::Tensor grad_out = torch::randn(out.sizes());
  (out * grad_out).sum().backward();
  (expected * grad_out).sum().backward();
  expect_close(tied.A.grad(), repeated.A.grad().sum(1, /*keepdim=*/true), kFloat32Gradients);
}

TEST(SelectiveScan, NothingAfterTheLengthReachesTheResult) {
  SelectiveScanInputs in = random_scan_inputs({1, 9, 20, 8, true, true, true});
  in.lengths[0] = 6;
  const torch::NoGradGuard no_grad;
  const torch::Tensor before = selective_scan(in);
  for (torch::Tensor* t : {&in.u, &in.delta, &in.B, &in.C, &in.z}) t->slice(1, 6).fill_(std::nan(""));
  const torch::Tensor after = selective_scan(in);
  EXPECT_TRUE(torch::equal(before, after));
  EXPECT_EQ(after.slice(1, 6).abs().sum().item<float>(), 0.0F);
}

TEST(SelectiveScan, ReverseEqualsForwardOfTheReversedLine) {
  SelectiveScanInputs in = random_scan_inputs({1, 12, 20, 8, true, false, true});
  const torch::NoGradGuard no_grad;
  const torch::Tensor forward = selective_scan(in);
  for (torch::Tensor* t : {&in.u, &in.delta, &in.B, &in.C, &in.z}) *t = t->flip(1);
  in.reverse = true;
  EXPECT_TRUE(torch::equal(selective_scan(in).flip(1), forward));
}

TEST(SelectiveScan, LongDecaysStayFinite) {
  SelectiveScanInputs in = random_scan_inputs({1, 50, 16, 8, false, false, true});
  in.delta.fill_(200.0);
  in.A.fill_(-100.0);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(selective_scan(in).isfinite().all().item<bool>());
}

TEST(SelectiveScan, Bfloat16InputsGiveBfloat16Results) {
  SelectiveScanInputs in = random_scan_inputs({2, 30, 24, 8, true, false, true});
  for (torch::Tensor* t : {&in.u, &in.delta, &in.B, &in.C, &in.z}) *t = t->to(torch::kBFloat16);
  const torch::Tensor expected = selective_scan_reference(in);
  const torch::NoGradGuard no_grad;
  const torch::Tensor actual = selective_scan(in);
  EXPECT_EQ(actual.scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(torch::allclose(actual.to(torch::kDouble), expected, kBfloat16Values.relative,
                              kBfloat16Values.absolute));
}

TEST(SelectiveScan, AWrongShapeIsNamed) {
  SelectiveScanInputs in = random_scan_inputs({2, 5, 8, 4, true, false, true});
  in.B = torch::randn({2, 5, 3});
  try {
    selective_scan(in);
    FAIL() << "accepted B with 3 states where A has 4";
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("B should be [2, 5, 4], got [2, 5, 3]"), std::string::npos)
        << error.what();
  }
}

TEST(SelectiveScan, PackedLengthsThatDoNotAddUpAreNamed) {
  SelectiveScanInputs in = packed(random_scan_inputs({2, 5, 8, 4, true, false, true}));
  in.lengths = torch::tensor({1, 1}, torch::kInt);
  EXPECT_THROW(selective_scan(in), c10::Error);
}

}  // namespace
}  // namespace ocrbatch::kernels
