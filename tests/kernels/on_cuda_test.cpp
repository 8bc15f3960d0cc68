// The kernels on a CUDA device against the same on the CPU: values and every gradient. Skipped where there is
// no device.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "kernels/convolution_epilogue.h"
#include "kernels/ctc_greedy.h"
#include "kernels/depthwise_convolution.h"
#include "kernels/line_places.h"
#include "tests/kernels/ctc_loss_inputs.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/pack.h"
#include "tests/kernels/selective_scan_inputs.h"

namespace ocrbatch::kernels {
namespace {

// As columns of a wider tensor, as projections leave them.
torch::Tensor inside(const torch::Tensor& t) {
  return torch::cat({t, t, t}, -1).narrow(-1, t.size(-1), t.size(-1));
}

class OnCuda : public testing::Test {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
    torch::manual_seed(9);
  }

  // `cpu` and `cuda` start as the same inputs; `tensors` are moved and differentiated.
  template <class Inputs, class Run>
  static void compare(Inputs cpu, Inputs cuda, const std::vector<torch::Tensor Inputs::*>& tensors,
                      const Run& run) {
    for (const auto tensor : tensors) {
      if (!(cpu.*tensor).defined()) continue;
      cpu.*tensor = (cpu.*tensor).detach().clone().requires_grad_(true);
      cuda.*tensor = (cpu.*tensor).detach().cuda().requires_grad_(true);
    }
    const torch::Tensor expected = run(cpu), actual = run(cuda), grad = torch::randn(expected.sizes());
    expect_close(actual, expected, kFloat32Values);
    (expected * grad).sum().backward();
    (actual * grad.cuda()).sum().backward();
    std::vector<torch::Tensor> first;
    for (const auto tensor : tensors) {
      if (!(cpu.*tensor).defined()) continue;
      expect_close((cuda.*tensor).grad(), (cpu.*tensor).grad(), kFloat32Gradients);
      first.push_back((cuda.*tensor).grad().clone());
      (cuda.*tensor).mutable_grad() = torch::Tensor();
    }
    // Once more: the same bytes.
    (run(cuda) * grad.cuda()).sum().backward();
    auto before = first.begin();
    for (const auto tensor : tensors) {
      if (!(cuda.*tensor).defined()) continue;
      EXPECT_TRUE(torch::equal((cuda.*tensor).grad(), *before++));
    }
  }
};

TEST_F(OnCuda, SelectiveScan) {
  using In = SelectiveScanInputs;
  for (const ScanShape& shape :
       {ScanShape{1, 1, 1, 1, false, false, true}, ScanShape{3, 33, 17, 8, true, true, true},
        ScanShape{2, 300, 256, 16, true, false, true}, ScanShape{2, 40, 130, 4, true, true, true},
        ScanShape{1, 50, 3, 64, false, false, false}, ScanShape{2, 0, 8, 8, true, false, true},
        ScanShape{3, 33, 70, 8, true, true, true, true}, ScanShape{2, 40, 33, 16, true, false, true, true}}) {
    for (const In& in : {random_scan_inputs(shape), packed(random_scan_inputs(shape))})
      compare<In>(in, in, {&In::u, &In::delta, &In::A, &In::B, &In::C, &In::D, &In::z, &In::delta_bias},
                  [](const In& i) { return selective_scan(i); });
  }
}

// Numbers in half precision, and as slices.
TEST_F(OnCuda, SelectiveScanInHalfPrecision) {
  using In = SelectiveScanInputs;
  for (const auto dtype : {torch::kBFloat16, torch::kHalf}) {
    In cpu = random_scan_inputs({3, 70, 130, 8, true, true, true}), cuda = cpu;
    for (torch::Tensor In::*t : {&In::u, &In::delta, &In::B, &In::C, &In::z}) {
      cpu.*t = (cpu.*t).to(dtype).requires_grad_(true);
      cuda.*t = inside((cpu.*t).detach().cuda()).requires_grad_(true);
    }
    for (torch::Tensor In::*t : {&In::A, &In::D, &In::delta_bias}) {
      cpu.*t = (cpu.*t).requires_grad_(true);
      cuda.*t = (cpu.*t).detach().cuda().requires_grad_(true);
    }
    const torch::Tensor expected = selective_scan(cpu), actual = selective_scan(cuda);
    EXPECT_EQ(actual.scalar_type(), dtype);
    expect_close(actual, expected, kBfloat16Values);
    expected.sum().backward();
    actual.sum().backward();
    for (torch::Tensor In::*t : {&In::u, &In::delta, &In::B, &In::C, &In::z, &In::A, &In::D, &In::delta_bias})
      expect_close((cuda.*t).grad(), (cpu.*t).grad(), kBfloat16Values);
  }
}

TEST_F(OnCuda, BothDirectionsOfAScanInOneLaunch) {
  using In = SelectiveScanInputs;
  const auto both = [](const In& first) {
    In second = first;
    second.reverse = true, second.u = first.u * 0.5, second.A = first.A * 2;
    return selective_scan_sum(first, second);
  };
  for (const In& in : {random_scan_inputs({5, 60, 200, 8, true, false, true}),
                       packed(random_scan_inputs({5, 60, 200, 8, true, false, true}))}) {
    compare<In>(in, in, {&In::u, &In::delta, &In::A, &In::B, &In::C, &In::D, &In::z, &In::delta_bias}, both);
    const torch::NoGradGuard no_grad;
    In cuda = in;
    for (torch::Tensor In::*t : {&In::u, &In::delta, &In::A, &In::B, &In::C, &In::D, &In::z, &In::delta_bias})
      cuda.*t = (cuda.*t).cuda();
    expect_close(both(cuda), both(in), kFloat32Values);
  }
}

TEST_F(OnCuda, DepthwiseConvolution) {
  using In = DepthwiseConvolutionInputs;
  for (const auto window :
       {ConvolutionWindow::kCausal, ConvolutionWindow::kAnticausal, ConvolutionWindow::kCentred}) {
    In in;
    in.x = torch::randn({3, 50, 200}), in.weight = torch::randn({200, 4}), in.bias = torch::randn({200});
    in.lengths = torch::tensor({50, 0, 31}, torch::kInt);
    in.window = window;
    for (const bool without_padding : {false, true}) {
      if (without_padding) in.x = pack(in.x, in.lengths);
      compare<In>(in, in, {&In::x, &In::weight, &In::bias},
                  [](const In& i) { return depthwise_convolution(i); });
    }
  }
}

TEST_F(OnCuda, DepthwiseConvolutionInHalfPrecision) {
  using In = DepthwiseConvolutionInputs;
  for (const auto dtype : {torch::kBFloat16, torch::kHalf}) {
    In cpu;
    cpu.x = torch::randn({3, 150, 200}).to(dtype).requires_grad_(true);
    cpu.weight = torch::randn({200, 4}).requires_grad_(true), cpu.bias = torch::randn({200});
    cpu.lengths = torch::tensor({150, 0, 131}, torch::kInt);
    In cuda = cpu;
    cuda.x = inside(cpu.x.detach().cuda()).requires_grad_(true);
    cuda.weight = cpu.weight.detach().cuda().requires_grad_(true), cuda.bias = cpu.bias.cuda();
    const torch::Tensor expected = depthwise_convolution(cpu), actual = depthwise_convolution(cuda);
    EXPECT_EQ(actual.scalar_type(), dtype);
    expect_close(actual, expected, kBfloat16Values);
    const torch::Tensor grad = torch::randn(expected.sizes()).to(dtype);
    expected.backward(grad);
    actual.backward(grad.cuda());
    expect_close(cuda.x.grad(), cpu.x.grad(), kBfloat16Values);
    expect_close(cuda.weight.grad(), cpu.weight.grad(), kBfloat16Values);
  }
}

TEST_F(OnCuda, ConvolutionEpilogue) {
  for (const auto type : {torch::kFloat, torch::kBFloat16, torch::kHalf})
    for (const int64_t channels : {1, 16, 24, 5}) {
      const auto maps = [&] {
        return torch::randn({3, channels, 5, 333}).to(type).contiguous(torch::MemoryFormat::ChannelsLast);
      };
      ConvolutionEpilogueInputs in{.maps = maps(), .widths = torch::tensor({333, 0, 41}, torch::kInt)};
      in.bias = torch::randn({channels}).to(type), in.skip = maps();
      const torch::Tensor expected = convolution_epilogue_reference(in);
      for (torch::Tensor ConvolutionEpilogueInputs::*t :
           {&ConvolutionEpilogueInputs::maps, &ConvolutionEpilogueInputs::bias,
            &ConvolutionEpilogueInputs::skip, &ConvolutionEpilogueInputs::widths})
        in.*t = (in.*t).cuda();
      convolution_epilogue(in);
      expect_close(in.maps, expected, type == torch::kFloat ? kFloat32Values : kBfloat16Values);
    }
}

// Padded lines whose lengths only the device knows.
TEST_F(OnCuda, LengthsOnTheDevice) {
  const torch::NoGradGuard no_grad;
  const auto without_lengths = [](auto in, const torch::Tensor& x) {
    in.places = line_places(x, in.lengths.cuda());
    in.lengths = torch::Tensor();
    return in;
  };
  using Scan = SelectiveScanInputs;
  Scan scan = random_scan_inputs({3, 33, 70, 8, true, true, true});
  const torch::Tensor expected = selective_scan(scan);
  for (torch::Tensor Scan::*t :
       {&Scan::u, &Scan::delta, &Scan::A, &Scan::B, &Scan::C, &Scan::D, &Scan::z, &Scan::delta_bias})
    scan.*t = (scan.*t).cuda();
  expect_close(selective_scan(without_lengths(scan, scan.u)), expected, kFloat32Values);

  DepthwiseConvolutionInputs in;
  in.x = torch::randn({3, 50, 200}), in.weight = torch::randn({200, 4}), in.bias = torch::randn({200});
  in.lengths = torch::tensor({50, 0, 31}, torch::kInt);
  const torch::Tensor convolved = depthwise_convolution(in);
  in.x = in.x.cuda(), in.weight = in.weight.cuda(), in.bias = in.bias.cuda();
  expect_close(depthwise_convolution(without_lengths(in, in.x)), convolved, kFloat32Values);
}

TEST_F(OnCuda, CtcLoss) {
  using In = CtcLossInputs;
  std::vector<CtcShape> shapes = ctc_shapes();
  shapes.push_back({4000, 60, {{4000, counting_labels(1900, 60)}}});  // more than shared memory holds
  for (const CtcShape& shape : shapes) {
    const In in = random_ctc_inputs(shape);
    compare<In>(in, in, {&In::logits}, [](const In& i) { return ctc_loss(i); });
  }
}

TEST_F(OnCuda, CtcLossInHalfPrecision) {
  for (const auto dtype : {torch::kBFloat16, torch::kHalf}) {
    CtcLossInputs cpu = random_ctc_inputs(ctc_shapes()[4]), cuda = cpu;
    cpu.logits = cpu.logits.to(dtype).requires_grad_(true);
    cuda.logits = cpu.logits.detach().cuda().requires_grad_(true);
    const torch::Tensor expected = ctc_loss(cpu), actual = ctc_loss(cuda);
    expect_close(actual, expected, kFloat32Values);
    expected.sum().backward();
    actual.sum().backward();
    expect_close(cuda.logits.grad(), cpu.logits.grad(), kBfloat16Values);
  }
}

TEST_F(OnCuda, CtcGreedy) {
  const torch::Tensor logits = torch::round(torch::randn({5, 160, 374}) * 3),
                      frames = torch::tensor({160, 0, 1, 33, 159}, torch::kInt);
  const CtcGreedyLabels expected = ctc_greedy(logits, frames), actual = ctc_greedy(logits.cuda(), frames);
  ASSERT_TRUE(torch::equal(actual.counts, expected.counts));
  for (int64_t b = 0; b < 5; ++b) {
    const auto row = [&](const torch::Tensor& t) { return t[b].slice(0, 0, expected.counts[b].item<int>()); };
    EXPECT_TRUE(torch::equal(row(actual.labels), row(expected.labels)));
    EXPECT_TRUE(torch::equal(row(actual.first_frames), row(expected.first_frames)));
    EXPECT_TRUE(torch::equal(row(actual.last_frames), row(expected.last_frames)));
    expect_close(row(actual.probabilities), row(expected.probabilities), kFloat32Values);
  }
}

}  // namespace
}  // namespace ocrbatch::kernels
