// What decoding costs on logits like those of a trained network: lines of 160 frames (640 pixels) and 374
// classes, a third of the frames a label that the network is mostly sure of, the others blank.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "recognizer/ctc_decoder.h"

namespace {

using namespace ocrbatch::recognizer;

constexpr int kLines = 4, kFrames = 160, kClasses = 374;

torch::Tensor network_like_logits() {
  at::set_num_threads(1);
  torch::manual_seed(1);
  torch::Tensor logits = torch::randn({kLines, kFrames, kClasses}) * 2;
  for (int64_t b = 0; b < kLines; ++b) {
    for (int64_t t = 0; t < kFrames; ++t) {
      logits[b][t][t % 3 == 1 ? 1 + (b * 37 + t * 11) % (kClasses - 1) : 0] += 16;
      if (t % 17 == 1) logits[b][t][1 + t % 50] += 15;  // a rival
    }
  }
  return logits;
}

void greedy(benchmark::State& state) {
  const torch::Tensor logits = network_like_logits();
  for (auto _ : state) benchmark::DoNotOptimize(decode_greedy(logits, std::vector<int>(kLines, kFrames)));
  state.SetItemsProcessed(state.iterations() * kLines);
}
BENCHMARK(greedy)->Unit(benchmark::kMicrosecond);

void beam(benchmark::State& state) {
  const torch::Tensor logits = network_like_logits();
  Decoding decoding;
  decoding.beam_width = static_cast<int>(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(decode_beam(logits, std::vector<int>(kLines, kFrames), decoding));
  state.SetItemsProcessed(state.iterations() * kLines);
}
BENCHMARK(beam)->Arg(2)->Arg(8)->Arg(16)->Arg(64)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
