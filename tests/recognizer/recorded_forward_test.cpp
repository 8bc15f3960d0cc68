// Forward passes over memory that stays the same, with the CPU as the device.
#include "recognizer/recorded_forward.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/recognizer/small_model.h"

namespace ocrbatch::recognizer {
namespace {

std::vector<cv::Mat> random_lines(int count, int height_px, int columns) {
  cv::RNG random(static_cast<unsigned>(count));
  std::vector<cv::Mat> lines;
  for (int i = 0; i < count; ++i) {
    lines.emplace_back(height_px, i == 0 ? columns : random.uniform(1, columns + 1), CV_8UC1);
    random.fill(lines.back(), cv::RNG::UNIFORM, 0, 256);
  }
  return lines;
}

// Batches one after another, more and fewer lines than before: nothing of the last one is left.
TEST(RecordedForward, IsTheNetworksForward) {
  constexpr int kColumns = 96;
  const ModelConfig config = ocrbatch::testing::small_model_config("mamba_ctc");
  torch::manual_seed(3);
  const auto network = build_network(config);
  network->prepare_for_inference({});
  ASSERT_TRUE(network->can_be_recorded());
  const c10::InferenceMode inference;
  RecordedForward recorded(*network, torch::kCPU, 8, config.img_height, kColumns);
  EXPECT_EQ(recorded.lines(), 8);
  for (const int count : {8, 3, 6, 1, 8}) {
    const std::vector<cv::Mat> lines = random_lines(count, config.img_height, kColumns);
    const LineBytes batch = make_line_bytes(lines, kColumns, /*pinned=*/false);
    const torch::Tensor expected = network->forward(ink_of(batch.pixels), batch.widths),
                        found = recorded(batch);
    ASSERT_EQ(found.size(0), count);
    for (int i = 0; i < count; ++i) {
      const int frames = network->frames(lines[i].cols);
      EXPECT_TRUE(torch::allclose(found[i].slice(0, 0, frames), expected[i].slice(0, 0, frames), 1e-4, 1e-5))
          << "line " << i << " of " << count;
    }
  }
  const std::vector<cv::Mat> many = random_lines(9, config.img_height, kColumns);
  EXPECT_THROW(recorded(make_line_bytes(many, kColumns, false)), c10::Error);
}

TEST(RecordedWork, IsDoneOnceAndThenAsOftenAsItIsRepeated) {
  int times = 0;
  const auto work = record(torch::kCPU, [&] { ++times; });
  EXPECT_EQ(times, 1);
  work->repeat();
  work->repeat();
  EXPECT_EQ(times, 3);
}

}  // namespace
}  // namespace ocrbatch::recognizer
