// Executes on the CPU what each CUDA thread of the selective scan does, one thread after the other, and holds
// it to the reference and to the CPU kernel's gradients.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <vector>

#include "kernels/line_rows.h"
#include "kernels/selective_scan_backward_thread.h"
#include "kernels/selective_scan_forward_thread.h"
#include "kernels/strided_rows.h"
#include "tests/kernels/expect_close.h"
#include "tests/kernels/selective_scan_inputs.h"

namespace ocrbatch::kernels {
namespace {

template <class Number>
ScanArrays<Number> scan_arrays_of(const SelectiveScanInputs& in, const LineRows& lines) {
  const auto numbers = [](const torch::Tensor& t) {
    return t.defined() ? t.const_data_ptr<Number>() : nullptr;
  };
  const auto shared = [](const torch::Tensor& t) {
    return t.defined() ? t.const_data_ptr<float>() : nullptr;
  };
  ScanArrays<Number> arrays;
  arrays.batch = lines.batch;
  arrays.steps = lines.steps;
  arrays.channels = in.u.size(-1);
  arrays.packed = lines.packed;
  arrays.first_rows = lines.first.data();
  arrays.states = static_cast<int>(in.B.size(-1));
  arrays.rates = static_cast<int>(in.A.size(1));
  arrays.softplus = in.delta_softplus;
  arrays.reverse = in.reverse;
  arrays.u = numbers(in.u), arrays.delta = numbers(in.delta), arrays.B = numbers(in.B);
  arrays.C = numbers(in.C), arrays.z = numbers(in.z);
  arrays.A = shared(in.A), arrays.D = shared(in.D), arrays.delta_bias = shared(in.delta_bias);
  arrays.B_stride = row_stride(in.B), arrays.C_stride = row_stride(in.C);
  if (in.z.defined()) arrays.z_stride = row_stride(in.z);
  arrays.lengths = in.lengths.const_data_ptr<int>();
  return arrays;
}

// Runs every warp of a capacity that holds the states, its threads in either order: run(capacity, rates,
// ...).
template <int kCapacity, class Number, class Run>
void for_each_warp_of(const ScanArrays<Number>& in, bool last_thread_first, const Run& run) {
  const HostBlock warp{kWarpThreads, last_thread_first};
  for (int64_t item = 0; item < in.batch; ++item)
    for (int64_t channel = 0; channel < in.channels; channel += kWarpThreads)
      if (in.rates < in.states)
        run(std::integral_constant<int, kCapacity>(), std::integral_constant<int, 1>(), warp, item, channel);
      else
        run(std::integral_constant<int, kCapacity>(), std::integral_constant<int, kCapacity>(), warp, item,
            channel);
}

template <class Number, class Run>
void for_each_warp(const ScanArrays<Number>& in, bool last_thread_first, const Run& run) {
  if (in.states <= 4) return for_each_warp_of<4>(in, last_thread_first, run);
  if (in.states <= 8) return for_each_warp_of<8>(in, last_thread_first, run);
  if (in.states <= 16) return for_each_warp_of<16>(in, last_thread_first, run);
  for_each_warp_of<kMaxStates>(in, last_thread_first, run);
}

// As large as a launch makes it, and of what no kernel should rely on.
template <class Memory>
std::vector<Memory> shared_memory(std::size_t count) {
  std::vector<Memory> memory(count);
  std::memset(static_cast<void*>(memory.data()), 0xFF, count * sizeof(Memory));
  return memory;
}

torch::Tensor nothing_yet(at::IntArrayRef sizes, torch::ScalarType type = torch::kFloat) {
  return torch::full(sizes, std::nan(""), type);
}

struct ScanOfThreads {
  torch::Tensor out, checkpoints;
};

template <class Number>
ScanOfThreads run_forward(const SelectiveScanInputs& in, bool last_thread_first = false) {
  const LineRows lines("test", in.u, in.lengths);
  ScanForward<Number> scan{scan_arrays_of<Number>(in, lines), nullptr, nullptr};
  const ScanOfThreads result{
      nothing_yet(in.u.sizes(), in.u.scalar_type()),
      nothing_yet({scan.in.checkpoint_count(lines.rows), scan.in.states, scan.in.channels})};
  scan.out = result.out.mutable_data_ptr<Number>();
  scan.checkpoints = result.checkpoints.mutable_data_ptr<float>();
  for_each_warp(scan.in, last_thread_first,
                [&](auto capacity, auto rates, const HostBlock& warp, int64_t item, int64_t first_channel) {
                  constexpr int kCapacity = decltype(capacity)::value, kRates = decltype(rates)::value;
                  auto tiles = shared_memory<ScanTile<kCapacity>>(2);
                  scan_forward_warp<kCapacity, kRates>(warp, scan, item, first_channel, tiles.data());
                });
  return result;
}

struct GradientsOfThreads {
  torch::Tensor u, delta, A, BC, D, z, delta_bias;
};

template <class Number>
GradientsOfThreads run_backward(const SelectiveScanInputs& in, const torch::Tensor& grad_out,
                                const torch::Tensor& checkpoints, bool last_thread_first = false) {
  const LineRows lines("test", in.u, in.lengths);
  const ScanArrays<Number> arrays = scan_arrays_of<Number>(in, lines);
  const int64_t warps = (arrays.channels + kWarpThreads - 1) / kWarpThreads;
  const auto like_u = [&] { return nothing_yet(in.u.sizes(), in.u.scalar_type()); };
  GradientsOfThreads to{like_u(),
                        like_u(),
                        nothing_yet({arrays.batch, arrays.channels, arrays.rates}),
                        nothing_yet({warps, lines.rows, 2, arrays.states}),
                        nothing_yet({arrays.batch, arrays.channels}),
                        like_u(),
                        nothing_yet({arrays.batch, arrays.channels})};
  ScanBackward<Number> scan{
      arrays, checkpoints.const_data_ptr<float>(), grad_out.const_data_ptr<Number>(), {}};
  scan.grad.u = to.u.mutable_data_ptr<Number>(), scan.grad.delta = to.delta.mutable_data_ptr<Number>();
  scan.grad.A = to.A.mutable_data_ptr<float>(), scan.grad.BC = to.BC.mutable_data_ptr<float>();
  scan.grad.D = to.D.mutable_data_ptr<float>();
  scan.grad.delta_bias = to.delta_bias.mutable_data_ptr<float>();
  scan.grad.z = in.z.defined() ? to.z.mutable_data_ptr<Number>() : nullptr;
  scan.grad.rows = lines.rows;
  for_each_warp(arrays, last_thread_first,
                [&](auto capacity, auto rates, const HostBlock& warp, int64_t item, int64_t first_channel) {
                  constexpr int kCapacity = decltype(capacity)::value, kRates = decltype(rates)::value;
                  auto memory = shared_memory<ScanBackwardMemory<kCapacity>>(1);
                  scan_backward_warp<kCapacity, kRates>(warp, scan, item, first_channel, memory[0]);
                });
  to.A = to.A.sum(0), to.BC = to.BC.sum(0), to.D = to.D.sum(0), to.delta_bias = to.delta_bias.sum(0);
  return to;
}

// B, C and z as columns of wider tensors.
SelectiveScanInputs with_slices(SelectiveScanInputs in) {
  const auto inside = [](const torch::Tensor& t) {
    return torch::cat({torch::full_like(t, 7), t, torch::full_like(t, 8)}, -1)
        .narrow(-1, t.size(-1), t.size(-1));
  };
  in.B = inside(in.B), in.C = inside(in.C);
  if (in.z.defined()) in.z = inside(in.z);
  return in;
}

// Each shape padded and packed.
class ScanThreadTest : public testing::TestWithParam<std::tuple<ScanShape, bool>> {
 protected:
  static SelectiveScanInputs inputs() {
    const auto [shape, without_padding] = GetParam();
    const SelectiveScanInputs in = random_scan_inputs(shape);
    return without_padding ? packed(in) : in;
  }
};

TEST_P(ScanThreadTest, ValuesAgreeWithTheReference) {
  const SelectiveScanInputs in = inputs();
  const torch::Tensor out = run_forward<float>(in).out;
  expect_close(out, selective_scan_reference(in), kFloat32Values, "out");
  EXPECT_TRUE(torch::equal(run_forward<float>(with_slices(in)).out, out));
  EXPECT_TRUE(torch::equal(run_forward<float>(in, /*last_thread_first=*/true).out, out));
}

// Numbers rounded to that type, where there is such an input.
SelectiveScanInputs rounded(SelectiveScanInputs in, torch::ScalarType type) {
  for (torch::Tensor* t : {&in.u, &in.delta, &in.B, &in.C, &in.z})
    if (t->defined()) *t = t->to(type);
  return in;
}

// The gradients of the CPU kernel, which computes in float32 whatever the type.
template <class Number>
void expect_gradients(SelectiveScanInputs in, const Tolerance& tolerance) {
  const auto type = c10::CppTypeToScalarType<Number>::value;
  in = rounded(in, type);
  const torch::Tensor grad_out = torch::randn(in.u.sizes()).to(type);
  SelectiveScanInputs expected = rounded(in, torch::kFloat);
  for (torch::Tensor* t : {&expected.u, &expected.delta, &expected.A, &expected.B, &expected.C, &expected.D,
                           &expected.z, &expected.delta_bias})
    if (t->defined()) *t = t->detach().clone().requires_grad_(true);
  (selective_scan(expected) * grad_out).sum().backward();

  const torch::Tensor checkpoints = run_forward<Number>(in).checkpoints;
  const GradientsOfThreads found = run_backward<Number>(in, grad_out, checkpoints);
  expect_close(found.u, expected.u.grad(), tolerance, "u");
  expect_close(found.delta, expected.delta.grad(), tolerance, "delta");
  expect_close(found.A, expected.A.grad(), kFloat32Gradients, "A");
  expect_close(found.BC.select(1, 0).reshape(in.B.sizes()), expected.B.grad(), kFloat32Gradients, "B");
  expect_close(found.BC.select(1, 1).reshape(in.C.sizes()), expected.C.grad(), kFloat32Gradients, "C");
  expect_close(found.D, expected.D.grad(), kFloat32Gradients, "D");
  if (in.z.defined()) expect_close(found.z, expected.z.grad(), tolerance, "z");
  if (in.delta_bias.defined())
    expect_close(found.delta_bias, expected.delta_bias.grad(), kFloat32Gradients, "delta_bias");

  const GradientsOfThreads same =
      run_backward<Number>(with_slices(in), grad_out, checkpoints, /*last_thread_first=*/true);
  EXPECT_TRUE(torch::equal(same.u, found.u) && torch::equal(same.delta, found.delta) &&
              torch::equal(same.A, found.A) && torch::equal(same.BC, found.BC));
}

TEST_P(ScanThreadTest, GradientsAgreeWithTheCpuKernel) {
  expect_gradients<float>(inputs(), kFloat32Gradients);
}

// Half-precision numbers in and out, float32 between: the values of the rounded inputs, rounded once.
template <class Number>
void expect_half_precision(const SelectiveScanInputs& in) {
  const SelectiveScanInputs half = rounded(in, c10::CppTypeToScalarType<Number>::value);
  expect_close(run_forward<Number>(half).out, selective_scan_reference(half), kBfloat16Values, "out");
  expect_gradients<Number>(half, kBfloat16Values);
}

TEST_P(ScanThreadTest, TakesHalfPrecision) {
  expect_half_precision<c10::BFloat16>(inputs());
  expect_half_precision<c10::Half>(inputs());
}

// Lengths around the steps that are taken at a time, channels around a warp's, and every capacity.
INSTANTIATE_TEST_SUITE_P(
    Shapes, ScanThreadTest,
    testing::Combine(
        testing::Values(
            ScanShape{1, 1, 1, 1, false, false, true}, ScanShape{2, 7, 15, 4, true, false, true},
            ScanShape{2, 16, 5, 8, true, true, true}, ScanShape{3, 8, 32, 3, true, true, true},
            ScanShape{2, 9, 70, 16, true, true, true}, ScanShape{2, 23, 64, 20, true, false, true},
            ScanShape{2, 17, 33, 8, true, true, false}, ScanShape{3, 33, 17, 8, false, true, true},
            ScanShape{1, 31, 9, 16, true, false, true}, ScanShape{1, 40, 3, 64, false, false, false},
            ScanShape{0, 4, 8, 8, true, false, true}, ScanShape{2, 0, 8, 8, true, false, true},
            ScanShape{2, 120, 12, 5, true, true, true}, ScanShape{2, 7, 15, 4, true, false, true, true},
            ScanShape{2, 17, 33, 8, true, true, false, true},
            ScanShape{3, 33, 17, 8, false, true, true, true},
            ScanShape{1, 31, 9, 16, true, false, true, true},
            ScanShape{2, 23, 64, 20, true, true, true, true}, ScanShape{0, 4, 8, 8, true, false, true, true},
            ScanShape{2, 0, 8, 8, true, false, true, true}),
        testing::Bool()));

}  // namespace
}  // namespace ocrbatch::kernels
