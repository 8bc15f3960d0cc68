// Networks and training on a CUDA device against the same on the CPU. Skipped where there is no device.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <thread>

#include "recognizer/device.h"
#include "recognizer/line_batch.h"
#include "recognizer/model_folder.h"
#include "recognizer/recognizer.h"
#include "recognizer/train/trainer.h"
#include "tests/recognizer/small_model.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

class NetworkOnCuda : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
    // Convolutions and products of float32 in full: TF32 would hide what a kernel of ours does wrong.
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
    torch::manual_seed(3);
  }

  static TrainConfig training(int steps) {
    TrainConfig train;
    train.batch_size = 8;
    train.max_steps = steps;
    train.learning_rate = 0.01;
    train.amp = "off";
    train.workers = train.threads = 1;
    train.validation_lines = 8;
    train.validate_every_steps = train.checkpoint_every_steps = steps;
    return train;
  }
};
INSTANTIATE_TEST_SUITE_P(Architectures, NetworkOnCuda,
                         ::testing::ValuesIn(ocrbatch::testing::kArchitectures));

// Lines of different widths, so that padding counts.
TEST_P(NetworkOnCuda, HasTheLossAndTheGradientsOfTheCpu) {
  const ModelConfig config = ocrbatch::testing::small_model_config(GetParam());
  const auto on_cpu = build_network(config), on_cuda = build_network(config);
  on_cuda->to(torch::kCUDA);
  load_state(*on_cuda, named_state(*on_cpu), "the network on the CPU");
  const ocrbatch::testing::BarLines lines(6, config.img_height);
  std::vector<cv::Mat> images;
  Targets targets;
  int columns = 0;
  for (std::uint64_t i = 0; i < 6; ++i) {
    const LabeledLine line = lines.get(i);
    images.push_back(line.pixels);
    columns = std::max(columns, line.pixels.cols);
    targets.push_back(config.alphabet.encode(line.text));
  }
  const LineBatch batch = make_line_batch(images, columns + 40);
  const auto loss_of = [&](LineNetwork& network, torch::Device device) {
    const torch::Tensor loss =
        network.loss(network.forward(batch.images.to(device), batch.widths), batch.widths, targets);
    loss.backward();
    return loss.item<double>();
  };
  const double loss = loss_of(*on_cpu, torch::kCPU);
  EXPECT_NEAR(loss_of(*on_cuda, torch::kCUDA), loss, 1e-3 * std::abs(loss));
  const auto expected = on_cpu->named_parameters(), actual = on_cuda->named_parameters();
  for (const auto& item : expected) {
    if (!item.value().grad().defined()) continue;
    const double scale = item.value().grad().abs().max().item<double>();
    const torch::Tensor difference = actual[item.key()].grad().cpu() - item.value().grad();
    EXPECT_LE(difference.abs().max().item<double>(), 1e-2 * scale + 1e-5) << item.key();
  }
}

TEST_P(NetworkOnCuda, LearnsSavesAndGoesOnOnTheCpu) {
  const ModelConfig config = ocrbatch::testing::small_model_config(GetParam());
  const ocrbatch::testing::BarLines lines(64, config.img_height);
  const ocrbatch::testing::TemporaryFolder folder;
  std::vector<double> losses;
  TrainEvents events;
  events.on_validation = [&](const TrainReport& report, const ErrorRates&, bool) {
    losses.push_back(report.point.loss);
  };
  const auto processes = std::make_shared<ProcessGroup>();
  {
    Trainer trainer(config, training(20), {}, folder.path(), processes, torch::kCUDA);
    trainer.run(lines, lines, events);
  }
  Trainer trainer(config, training(40), {}, folder.path(), processes, torch::kCPU);
  trainer.resume();
  trainer.run(lines, lines, events);
  ASSERT_EQ(losses.size(), 2U);
  EXPECT_LT(losses[1], losses[0]);
}

TEST_P(NetworkOnCuda, ReadsTheSameWhateverTheBatch) {
  const ModelConfig config = ocrbatch::testing::small_model_config(GetParam());
  const ocrbatch::testing::TemporaryFolder folder;
  save_model(folder.path() / "m", config, named_state(*build_network(config)), {}, {});
  const auto recognizer = load_recognizer(folder.path() / "m", {.device = "cuda"});
  const ocrbatch::testing::BarLines source(12, config.img_height);
  std::vector<cv::Mat> lines;
  for (std::uint64_t i = 0; i < 12; ++i) lines.push_back(source.get(i).pixels);
  const auto together = recognizer->recognize(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto alone = recognizer->recognize(std::span(&lines[i], 1));
    EXPECT_EQ(alone.front().text(), together[i].text()) << i;
  }
}

// Batches that are nearly full go through a graph, twice, and others do not.
TEST_P(NetworkOnCuda, NearlyFullBatchesReadTheSame) {
  const ModelConfig config = ocrbatch::testing::small_model_config(GetParam());
  const ocrbatch::testing::TemporaryFolder folder;
  save_model(folder.path() / "m", config, named_state(*build_network(config)), {}, {});
  const auto recognizer = load_recognizer(folder.path() / "m", {.device = "cuda"});
  const ocrbatch::testing::BarLines source(12, config.img_height);
  std::vector<cv::Mat> few, many;
  int bucket = 0;
  for (std::uint64_t i = 0; i < 12; ++i) {
    few.push_back(source.get(i).pixels);
    bucket = std::max(bucket, recognizer->width_bucket(few.back().cols));
  }
  while (static_cast<int>(many.size()) < recognizer->batch_size(bucket) - 1)
    many.push_back(few[many.size() % few.size()]);
  const auto expected = recognizer->recognize(few);
  for (int round = 0; round < 2; ++round) {
    const auto read = recognizer->recognize(many);
    ASSERT_EQ(read.size(), many.size());
    for (std::size_t i = 0; i < read.size(); ++i)
      EXPECT_EQ(read[i].text(), expected[i % few.size()].text()) << i;
  }
}

// Batches of two threads, each in a stream of its own.
TEST_P(NetworkOnCuda, TwoThreadsReadWhatOneReads) {
  const ModelConfig config = ocrbatch::testing::small_model_config(GetParam());
  const ocrbatch::testing::TemporaryFolder folder;
  save_model(folder.path() / "m", config, named_state(*build_network(config)), {}, {});
  const auto recognizer = load_recognizer(folder.path() / "m", {.device = "cuda"});
  ASSERT_EQ(recognizer->devices(), std::vector<std::string>{"cuda:0"});
  const ocrbatch::testing::BarLines source(12, config.img_height);
  std::vector<cv::Mat> lines;
  for (std::uint64_t i = 0; i < 12; ++i) lines.push_back(source.get(i).pixels);
  const auto expected = recognizer->recognize(lines);
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const auto read = recognizer->recognize(lines);
        for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(read[i].text(), expected[i].text()) << i;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(NetworkOnCuda, EachDeviceReadsTheSame) {
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (count < 2) GTEST_SKIP() << "one CUDA device";
  const ModelConfig config = ocrbatch::testing::small_model_config(GetParam());
  const ocrbatch::testing::TemporaryFolder folder;
  save_model(folder.path() / "m", config, named_state(*build_network(config)), {}, {});
  const auto recognizer = load_recognizer(folder.path() / "m", {.device = "cuda:0,1"});
  ASSERT_EQ(recognizer->devices(), (std::vector<std::string>{"cuda:0", "cuda:1"}));
  const ocrbatch::testing::BarLines source(12, config.img_height);
  std::vector<cv::Mat> lines;
  for (std::uint64_t i = 0; i < 12; ++i) lines.push_back(source.get(i).pixels);
  const auto first = recognizer->recognize_on(0, lines), second = recognizer->recognize_on(1, lines);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(first[i].text(), second[i].text()) << i;
}

}  // namespace
}  // namespace ocrbatch::recognizer
