// The CTC loss and its gradient, ours against LibTorch's log_softmax and ctc_loss, over batches as training
// has them: lines of up to 160 frames (640 pixels), 374 classes, some 45 labels.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "kernels/ctc_loss.h"

namespace {

using namespace ocrbatch::kernels;

constexpr int kLines = 16, kFrames = 160;

CtcLossInputs batch_of_lines(int classes, bool trained) {
  at::set_num_threads(1);
  torch::manual_seed(1);
  CtcLossInputs in;
  in.logits = torch::randn({kLines, kFrames, classes});
  in.frames = torch::randint(kFrames * 3 / 4, kFrames + 1, {kLines}, torch::kInt);
  in.label_counts = torch::randint(35, 56, {kLines}, torch::kInt);
  const int64_t total = in.label_counts.sum().item<int64_t>();
  in.labels = torch::randint(1, classes, {total}, torch::kInt);
  if (trained) {
    for (int64_t b = 0, first = 0; b < kLines; ++b) {
      const int count = in.label_counts[b].item<int>(), frames = in.frames[b].item<int>();
      for (int t = 0; t < frames; ++t) {
        const bool on_label = t % 2 == 0 && t / 2 < count;
        in.logits[b][t][on_label ? in.labels[first + t / 2].item<int>() : 0] += 14;
      }
      first += count;
    }
  }
  in.logits.requires_grad_(true);
  return in;
}

void ours(benchmark::State& state) {
  CtcLossInputs in = batch_of_lines(static_cast<int>(state.range(0)), state.range(1) != 0);
  for (auto _ : state) {
    in.logits.mutable_grad() = torch::Tensor();
    ctc_loss(in).sum().backward();
  }
  state.SetItemsProcessed(state.iterations() * kLines);
}

void libtorch(benchmark::State& state) {
  CtcLossInputs in = batch_of_lines(static_cast<int>(state.range(0)), state.range(1) != 0);
  const torch::Tensor labels = in.labels.to(torch::kLong), frames = in.frames.to(torch::kLong),
                      counts = in.label_counts.to(torch::kLong);
  for (auto _ : state) {
    in.logits.mutable_grad() = torch::Tensor();
    torch::ctc_loss(torch::log_softmax(in.logits, -1).transpose(0, 1), labels, frames, counts, kCtcBlank,
                    at::Reduction::Sum, /*zero_infinity=*/true)
        .backward();
  }
  state.SetItemsProcessed(state.iterations() * kLines);
}

#define SIZES ArgNames({"classes", "trained"})->ArgsProduct({{96, 374, 6000}, {0, 1}})
BENCHMARK(ours)->SIZES->Unit(benchmark::kMicrosecond);
BENCHMARK(libtorch)->SIZES->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
