#include "recognizer/recognizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <thread>

#include "recognizer/line_batch.h"
#include "recognizer/model_folder.h"
#include "tests/recognizer/small_model.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

// Random weights read no text, but whatever they read must not depend on the company.
class RecognizerTest : public ::testing::Test {
 protected:
  RecognizerTest() {
    torch::manual_seed(3);
    ModelConfig config = ocrbatch::testing::small_model_config();
    config.mamba_layers = 2;
    const auto network = build_network(config);
    const torch::NoGradGuard no_grad;
    for (auto& item : network->named_buffers()) {
      if (item.key().ends_with("running_mean")) item.value().uniform_(-0.3, 0.3);
      if (item.key().ends_with("running_var")) item.value().uniform_(0.5, 2.0);
    }
    for (auto& item : network->named_parameters()) {
      if (item.key().find("norm.bias") != std::string::npos) item.value().uniform_(-0.5, 0.5);
    }
    save_model(folder_.path() / "m", config, named_state(*network), {}, {});
    recognizer_ = load_recognizer(folder_.path() / "m", "cpu");
    cv::RNG random(5);
    for (int i = 0; i < 40; ++i) {
      cv::Mat line(16, 60 + random.uniform(0, 69), CV_8UC1);
      random.fill(line, cv::RNG::UNIFORM, 0, 256);
      lines_.push_back(line);
    }
  }

  ocrbatch::testing::TemporaryFolder folder_;
  std::unique_ptr<Recognizer> recognizer_;
  std::vector<cv::Mat> lines_;
};

void expect_same(const Hypothesis& a, const Hypothesis& b) {
  ASSERT_EQ(a.text(), b.text());
  for (std::size_t i = 0; i < a.characters.size(); ++i) {
    EXPECT_EQ(a.characters[i].x0_px, b.characters[i].x0_px);
    EXPECT_EQ(a.characters[i].confidence, b.characters[i].confidence);
  }
}

TEST_F(RecognizerTest, ALineReadsTheSameInAnyBatch) {
  std::vector<Hypothesis> alone;
  for (const cv::Mat& line : lines_) alone.push_back(recognizer_->recognize(std::span(&line, 1)).front());
  std::mt19937 random(7);
  for (int round = 0; round < 5; ++round) {
    std::vector<std::size_t> order(lines_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), random);
    for (std::size_t begin = 0; begin < order.size();) {
      // Batches are of one bucket, as the pipeline makes them.
      const int bucket = recognizer_->width_bucket(lines_[order[begin]].cols);
      std::vector<cv::Mat> batch;
      std::vector<std::size_t> members;
      std::size_t i = begin;
      const std::size_t size = 1 + random() % 9;
      for (; i < order.size() && members.size() < size; ++i) {
        if (recognizer_->width_bucket(lines_[order[i]].cols) != bucket) break;
        batch.push_back(lines_[order[i]]);
        members.push_back(order[i]);
      }
      begin = i;
      const auto read = recognizer_->recognize(batch);
      ASSERT_EQ(read.size(), members.size());
      for (std::size_t k = 0; k < members.size(); ++k) expect_same(read[k], alone[members[k]]);
    }
  }
}

TEST_F(RecognizerTest, ManyThreadsReadWhatOneReads) {
  std::vector<Hypothesis> alone, together(lines_.size());
  for (const cv::Mat& line : lines_) alone.push_back(recognizer_->recognize(std::span(&line, 1)).front());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < lines_.size(); i += 4)
        together[i] = recognizer_->recognize(std::span(&lines_[i], 1)).front();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < lines_.size(); ++i) expect_same(together[i], alone[i]);
}

TEST_F(RecognizerTest, ABucketHoldsItsWidthsAndGrowsWithThem) {
  int previous = 0;
  for (int width = 1; width <= 3000; ++width) {
    const int bucket = recognizer_->width_bucket(width);
    EXPECT_GE(bucket, width);
    EXPECT_GE(bucket, previous);
    EXPECT_EQ(recognizer_->width_bucket(bucket), bucket);
    EXPECT_GE(recognizer_->batch_size(bucket), 1);
    previous = bucket;
  }
}

TEST_F(RecognizerTest, NoLinesGiveNoText) {
  EXPECT_TRUE(recognizer_->recognize({}).empty());
}

TEST_F(RecognizerTest, AnUnknownDeviceIsRefused) {
  EXPECT_THROW(load_recognizer(folder_.path() / "m", "cuda"), DeviceError);
}

TEST(Network, FoldedItComputesWhatItDidBefore) {
  torch::manual_seed(4);
  const ModelConfig config = ocrbatch::testing::small_model_config();
  const auto network = build_network(config);
  network->train();
  const torch::Tensor widths = torch::tensor({96, 57, 32}, torch::kInt);
  const torch::Tensor images = torch::rand({3, 1, 16, 96});
  for (int i = 0; i < 3; ++i) network->forward(images, widths);  // moves the running statistics
  network->eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor before = network->forward(images, widths);
  network->prepare_for_inference(/*bfloat16=*/false);
  const torch::Tensor after = network->forward(images, widths);
  for (int b = 0; b < 3; ++b) {
    const int frames = network->frames(widths[b].item<int>());
    EXPECT_TRUE(torch::allclose(before[b].slice(0, 0, frames), after[b].slice(0, 0, frames), 1e-4, 1e-4))
        << b;
  }
}

TEST(Network, PaddingNeverReachesALinesFrames) {
  torch::manual_seed(4);
  const auto network = build_network(ocrbatch::testing::small_model_config());
  network->prepare_for_inference(/*bfloat16=*/false);
  const torch::NoGradGuard no_grad;
  const torch::Tensor line = torch::rand({1, 1, 16, 45});
  const torch::Tensor width = torch::tensor({45}, torch::kInt);
  const torch::Tensor tight = network->forward(line, width);
  const torch::Tensor padded = network->forward(torch::constant_pad_nd(line, {0, 83}), width);
  const int frames = network->frames(45);
  EXPECT_TRUE(torch::allclose(tight.slice(1, 0, frames), padded.slice(1, 0, frames), 1e-5, 1e-5));
}

TEST(LineBatch, RefusesALineThatDoesNotFit) {
  const std::vector<cv::Mat> lines = {cv::Mat(16, 40, CV_8UC1), cv::Mat(16, 70, CV_8UC1)};
  EXPECT_THROW(make_line_batch(lines, 64), std::invalid_argument);
}

}  // namespace
}  // namespace ocrbatch::recognizer
