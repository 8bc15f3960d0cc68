// cuda_recognizer_bench MODEL_FOLDER...: how many lines a second a model reads on the first CUDA device, by
// bucket, and prints JSON. Batches are full and lie in the device's memory. "eager": the network's forward
// pass, its work given to the device piece by piece; "recorded": the same as a CUDA graph; "read": recorded,
// and labels by the likeliest classes back on the CPU.
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/torch.h>

#include <cstdio>
#include <exception>
#include <string>

#include "recognizer/batch_shape.h"
#include "recognizer/device.h"
#include "recognizer/model_folder.h"
#include "recognizer/recorded_forward.h"
#include "tests/bench/cuda_timing.h"

namespace {

using namespace ocrbatch;
using namespace ocrbatch::recognizer;

constexpr int kBuckets[] = {128, 256, 384, 512, 640, 768, 1024, 1280, 2048};

// A line in a row of JSON.
void print(const std::string& model, const char* how, int columns, int lines, const bench::Times& times) {
  static bool first = true;
  std::printf(
      "%s\n{\"model\": \"%s\", \"how\": \"%s\", \"columns\": %d, \"lines\": %d, \"ms\": %.4f, "
      "\"lowest_ms\": %.4f, \"highest_ms\": %.4f, \"lines_per_s\": %.0f}",
      first ? "" : ",", model.c_str(), how, columns, lines, times.median, times.lowest, times.highest,
      lines / (times.median * 1e-3));
  std::fflush(stdout);
  first = false;
}

void measure(const std::string& folder) {
  const LoadedModel model = load_model(folder);
  const torch::Device device(torch::kCUDA, 0);
  const int height = model.config.img_height;
  LineNetwork& network = *model.network;
  network.to(device);
  network.prepare_for_inference(fast_arithmetic(device));
  torch::cuda::synchronize();
  const c10::InferenceMode inference;
  const c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool();
  const c10::cuda::CUDAStreamGuard guard(stream);
  for (const int columns : kBuckets) {
    const int lines = lines_within(kCudaBatches.budget_px, columns, height);
    LineBytes batch{
        torch::randint(0, 256, {lines, 1, height, columns}, torch::device(device).dtype(torch::kByte)),
        torch::full({lines}, columns, torch::kInt)};
    const auto time = [&](const char* how, const std::function<void()>& run) {
      print(folder, how, columns, lines, bench::time_on_device(run, stream.stream()));
    };
    time("eager", [&] { network.forward(ink_of(batch.pixels), batch.widths); });
    if (!network.can_be_recorded()) continue;
    RecordedForward recorded(network, device, lines, height, columns);
    time("recorded", [&] { recorded(batch); });
    time("read", [&] { network.read(recorded(batch), batch.widths, {}); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    torch::manual_seed(1);
    std::printf("{\"device\": \"%s\",\n\"rows\": [", bench::device_name().c_str());
    for (int i = 1; i < argc; ++i) measure(argv[i]);
    std::printf("\n]}\n");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cuda_recognizer_bench: %s\n", error.what());
    return 1;
  }
}
