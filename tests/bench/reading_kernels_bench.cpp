// The CPU kernels that read lines, at the sizes of the default model and for one batch of it (2,560 pixels of
// lines, 640 frames), each beside LibTorch's on one thread. GFLOP/s count the multiplications and additions
// of the definition, two a product: Winograd's convolution may pass what the processor can do.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "kernels/depthwise_convolution.h"
#include "kernels/int8_convolution.h"
#include "kernels/int8_linear.h"
#include "kernels/int8_rows_x86.h"
#include "kernels/layer_norm.h"
#include "kernels/packed_linear.h"
#include "kernels/selective_scan.h"
#include "kernels/winograd_convolution.h"
#include "kernels/winograd_int16.h"

namespace {

using namespace ocrbatch::kernels;

constexpr int kFrames = 640, kLines = 4;

void count_operations(benchmark::State& state, double products) {
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * products * static_cast<double>(state.iterations()),
                                                 benchmark::Counter::kIsRate);
}

// Arguments: columns in, columns out.
struct Linear {
  explicit Linear(const benchmark::State& state)
      : weight(torch::randn({state.range(1), state.range(0)})), x(torch::randn({kFrames, state.range(0)})) {
    at::set_num_threads(1);
  }
  double products() const { return static_cast<double>(kFrames * weight.numel()); }
  torch::Tensor weight, x;
};

void linear(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Linear layer(state);
  const PackedLinear packed = make_packed_linear(layer.weight, {});
  for (auto _ : state) benchmark::DoNotOptimize(packed_linear(packed, layer.x));
  count_operations(state, layer.products());
}

void linear_int8(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Linear layer(state);
  const Int8Linear bytes = make_int8_linear(layer.weight, {});
  for (auto _ : state) benchmark::DoNotOptimize(int8_linear(bytes, layer.x));
  count_operations(state, layer.products());
}

// The products alone, by these instructions even where there are better ones.
void products(benchmark::State& state, bool (*has)(), void (*multiply)(const Int8Rows&, float*)) {
  if (!has()) return state.SkipWithError("not on this processor");
  const Linear layer(state);
  const Int8Linear bytes = make_int8_linear(layer.weight, {});
  const torch::Tensor x = torch::randint(256, {kFrames, state.range(0)}, torch::kByte),
                      scales = torch::ones({kFrames}), out = torch::empty({kFrames, state.range(1)});
  Int8Rows rows;
  rows.rows = kFrames, rows.run_quads = bytes.weights.size(1), rows.row_stride = state.range(0);
  rows.columns = state.range(1);
  rows.bytes = x.const_data_ptr<std::uint8_t>(), rows.weights = bytes.weights.const_data_ptr<std::int8_t>();
  rows.offsets = bytes.offsets.const_data_ptr<int>(), rows.row_scales = scales.const_data_ptr<float>();
  rows.column_scales = bytes.scales.const_data_ptr<float>(), rows.bias = bytes.bias.const_data_ptr<float>();
  for (auto _ : state) multiply(rows, out.mutable_data_ptr<float>());
  count_operations(state, layer.products());
}

void products_avx2(benchmark::State& state) {
  products(state, &has_avx2, &int8_rows_avx2);
}

void products_vnni(benchmark::State& state) {
  products(state, &has_vnni, &int8_rows_vnni);
}

void products_amx(benchmark::State& state) {
  products(state, &has_amx, &int8_rows_amx);
}

void linear_libtorch(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Linear layer(state);
  for (auto _ : state) benchmark::DoNotOptimize(torch::linear(layer.x, layer.weight));
  count_operations(state, layer.products());
}

// Argument: width.
struct Norm {
  explicit Norm(const benchmark::State& state)
      : x(torch::randn({kFrames, state.range(0)})),
        weight(torch::randn({state.range(0)})),
        bias(torch::randn({state.range(0)})) {}
  torch::Tensor x, weight, bias;
};

void norm(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Norm layer(state);
  for (auto _ : state)
    benchmark::DoNotOptimize(ocrbatch::kernels::layer_norm(layer.x, layer.weight, layer.bias, 1e-5));
}

void norm_libtorch(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Norm layer(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(torch::layer_norm(layer.x, {layer.x.size(1)}, layer.weight, layer.bias, 1e-5));
  }
}

// Arguments: channels, height.
struct Convolution {
  explicit Convolution(const benchmark::State& state)
      : weight(torch::randn({state.range(0), state.range(0), 3, 3})
                   .contiguous(torch::MemoryFormat::ChannelsLast)),
        bias(torch::randn({state.range(0)})),
        maps(torch::randn({kLines, state.range(0), state.range(1), kFrames / kLines})
                 .contiguous(torch::MemoryFormat::ChannelsLast)),
        widths(torch::full({kLines}, kFrames / kLines, torch::kInt)) {
    at::set_num_threads(1);
  }
  double products() const { return static_cast<double>(maps.numel() * maps.size(1) * 9); }
  torch::Tensor weight, bias, maps, widths;
};

void convolution(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Convolution layer(state);
  const WinogradConvolution winograd = make_winograd_convolution(layer.weight, layer.bias);
  for (auto _ : state)
    benchmark::DoNotOptimize(winograd_convolution(winograd, layer.maps, layer.widths, {}, true));
  count_operations(state, layer.products());
}

void convolution_int8(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Convolution layer(state);
  const Int8Convolution bytes = make_int8_convolution(layer.weight, layer.bias, {1, 1}, {1, 1});
  for (auto _ : state) benchmark::DoNotOptimize(int8_convolution(bytes, layer.maps, layer.widths, {}, true));
  count_operations(state, layer.products());
}

void convolution_int16(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Convolution layer(state);
  const WinogradInt16 winograd = make_winograd_int16(layer.weight, layer.bias);
  for (auto _ : state) benchmark::DoNotOptimize(winograd_int16(winograd, layer.maps, layer.widths, {}, true));
  count_operations(state, layer.products());
}

void convolution_libtorch(benchmark::State& state) {
  const torch::InferenceMode inference;
  const Convolution layer(state);
  for (auto _ : state)
    benchmark::DoNotOptimize(torch::conv2d(layer.maps, layer.weight, layer.bias, 1, 1).relu_());
  count_operations(state, layer.products());
}

// Arguments: channels, d_state, whether A is tied.
void scan(benchmark::State& state) {
  const torch::InferenceMode inference;
  at::set_num_threads(1);
  const std::int64_t channels = state.range(0), states = state.range(1);
  SelectiveScanInputs in;
  in.u = torch::randn({kFrames, channels}), in.delta = torch::randn({kFrames, channels});
  in.A = -torch::rand({channels, state.range(2) != 0 ? 1 : states}), in.D = torch::randn({channels});
  in.B = torch::randn({kFrames, states}), in.C = torch::randn({kFrames, states});
  in.z = torch::randn({kFrames, channels}), in.delta_bias = torch::randn({channels});
  in.lengths = torch::full({kLines}, kFrames / kLines, torch::kInt);
  for (auto _ : state) benchmark::DoNotOptimize(selective_scan(in));
  state.SetItemsProcessed(state.iterations() * kFrames * channels * states);
}

void depthwise(benchmark::State& state) {
  const torch::InferenceMode inference;
  at::set_num_threads(1);
  const std::int64_t channels = state.range(0);
  DepthwiseConvolutionInputs in;
  in.x = torch::randn({kFrames, 2 * channels}).slice(1, 0, channels);
  in.weight = torch::randn({channels, 4}), in.bias = torch::randn({channels});
  in.lengths = torch::full({kLines}, kFrames / kLines, torch::kInt);
  for (auto _ : state) benchmark::DoNotOptimize(depthwise_convolution(in));
  state.SetItemsProcessed(state.iterations() * kFrames * channels);
}

#define LINEARS ArgNames({"in", "out"})->Args({192, 768})->Args({384, 192})->Args({384, 28})->Args({12, 384})
BENCHMARK(linear)->LINEARS->Unit(benchmark::kMicrosecond);
BENCHMARK(linear_int8)->LINEARS->Unit(benchmark::kMicrosecond);
BENCHMARK(products_avx2)->LINEARS->Unit(benchmark::kMicrosecond);
BENCHMARK(products_vnni)->LINEARS->Unit(benchmark::kMicrosecond);
BENCHMARK(products_amx)->LINEARS->Unit(benchmark::kMicrosecond);
BENCHMARK(linear_libtorch)->LINEARS->Unit(benchmark::kMicrosecond);
BENCHMARK(norm)->ArgName("width")->Arg(128)->Unit(benchmark::kMicrosecond);
BENCHMARK(norm_libtorch)->ArgName("width")->Arg(128)->Unit(benchmark::kMicrosecond);
#define CONVOLUTIONS ArgNames({"channels", "height"})->Args({64, 8})->Args({96, 4})
BENCHMARK(convolution)->CONVOLUTIONS->Unit(benchmark::kMicrosecond);
BENCHMARK(convolution_int8)->CONVOLUTIONS->Unit(benchmark::kMicrosecond);
BENCHMARK(convolution_int16)->CONVOLUTIONS->Unit(benchmark::kMicrosecond);
BENCHMARK(convolution_libtorch)->CONVOLUTIONS->Unit(benchmark::kMicrosecond);
BENCHMARK(scan)
    ->ArgNames({"channels", "d_state", "tied"})
    ->Args({384, 8, 0})
    ->Args({384, 8, 1})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(depthwise)->ArgName("channels")->Arg(384)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
