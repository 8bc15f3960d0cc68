#include "recognizer/recognizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <thread>

#include "recognizer/line_batch.h"
#include "recognizer/model_folder.h"
#include "recognizer/strict_json.h"
#include "tests/recognizer/small_model.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

// Random weights read no text, but whatever they read must not depend on the company.
class RecognizerTest : public ::testing::TestWithParam<const char*> {
 protected:
  RecognizerTest() {
    torch::manual_seed(3);
    ModelConfig config = ocrbatch::testing::small_model_config(GetParam());
    if (config.architecture == "mamba_ctc") config.parameters.as_object()["mamba_layers"] = 2;
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
    recognizer_ = load_recognizer(folder_.path() / "m", {});
    cv::RNG random(5);
    for (int i = 0; i < 40; ++i) {
      cv::Mat line(config.img_height, 60 + random.uniform(0, 69), CV_8UC1);
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

TEST_P(RecognizerTest, ALineReadsTheSameInAnyBatch) {
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

TEST_P(RecognizerTest, ManyThreadsReadWhatOneReads) {
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

TEST_P(RecognizerTest, ABucketHoldsItsWidthsAndGrowsWithThem) {
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

TEST_P(RecognizerTest, NoLinesGiveNoText) {
  EXPECT_TRUE(recognizer_->recognize({}).empty());
}

TEST_P(RecognizerTest, AnUnknownDeviceIsRefused) {
  EXPECT_THROW(load_recognizer(folder_.path() / "m", {.device = "cuda"}), DeviceError);
}

INSTANTIATE_TEST_SUITE_P(Architectures, RecognizerTest,
                         ::testing::ValuesIn(ocrbatch::testing::kArchitectures));

class NetworkTest : public ::testing::TestWithParam<const char*> {
 protected:
  NetworkTest() { torch::manual_seed(4); }
  ModelConfig config_ = ocrbatch::testing::small_model_config(GetParam());
};

TEST_P(NetworkTest, FoldedItComputesWhatItDidBefore) {
  const auto network = build_network(config_);
  network->train();
  const torch::Tensor widths = torch::tensor({96, 57, 32}, torch::kInt);
  const torch::Tensor images = torch::rand({3, 1, config_.img_height, 96});
  for (int i = 0; i < 3; ++i) network->forward(images, widths);  // moves the running statistics
  network->eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor before = network->forward(images, widths);
  network->prepare_for_inference({});
  const torch::Tensor after = network->forward(images, widths);
  for (int b = 0; b < 3; ++b) {
    const int frames = network->frames(widths[b].item<int>());
    EXPECT_TRUE(torch::allclose(before[b].slice(0, 0, frames), after[b].slice(0, 0, frames), 1e-4, 1e-4))
        << b;
  }
}

TEST_P(NetworkTest, InBytesItComputesNearlyWhatItDidBefore) {
  const auto network = build_network(config_);
  network->eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor widths = torch::tensor({96, 57}, torch::kInt);
  const torch::Tensor images = torch::rand({2, 1, config_.img_height, 96});
  images[1].slice(2, 57).zero_();
  const torch::Tensor before = network->forward(images, widths);
  network->prepare_for_inference({.int8 = true});
  const torch::Tensor after = network->forward(images, widths);
  for (int b = 0; b < 2; ++b) {
    const int frames = network->frames(widths[b].item<int>());
    const torch::Tensor expected = before[b].slice(0, 0, frames), found = after[b].slice(0, 0, frames);
    EXPECT_LT((found - expected).norm().item<double>(), 0.05 * expected.norm().item<double>()) << b;
  }
}

class PreparedNetworkTest : public ::testing::TestWithParam<std::tuple<const char*, bool>> {
 protected:
  PreparedNetworkTest() { torch::manual_seed(4); }
  ModelConfig config_ = ocrbatch::testing::small_model_config(std::get<0>(GetParam()));
};

TEST_P(PreparedNetworkTest, PaddingNeverReachesALinesFrames) {
  const auto network = build_network(config_);
  network->prepare_for_inference({.int8 = std::get<1>(GetParam())});
  const torch::NoGradGuard no_grad;
  for (const int columns : {1, 3, 7, 45, 57, 90, 111}) {
    const torch::Tensor line = torch::rand({1, 1, config_.img_height, columns});
    const torch::Tensor width = torch::tensor({columns}, torch::kInt);
    const torch::Tensor tight = network->forward(line, width);
    const torch::Tensor padded = network->forward(torch::constant_pad_nd(line, {0, 83}), width);
    const int frames = network->frames(columns);
    ASSERT_GE(frames, 1) << columns;
    ASSERT_GE(tight.size(1), frames) << columns;
    EXPECT_TRUE(torch::allclose(tight.slice(1, 0, frames), padded.slice(1, 0, frames), 1e-5, 1e-5))
        << columns;
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, NetworkTest, ::testing::ValuesIn(ocrbatch::testing::kArchitectures));
INSTANTIATE_TEST_SUITE_P(Architectures, PreparedNetworkTest,
                         ::testing::Combine(::testing::ValuesIn(ocrbatch::testing::kArchitectures),
                                            ::testing::Bool()));

// The layers that the design names, by shape; and the number of parameters, counted by hand from them.
TEST(CnnBilstmCtc, HasTheLayersOfItsDescription) {
  const auto network = build_network(ocrbatch::testing::small_model_config("cnn_bilstm_ctc"));
  const auto shape = [&](const std::string& name) { return named_state(*network).at(name).sizes().vec(); };
  using Shape = std::vector<int64_t>;
  const std::vector<Shape> convolutions = {{32, 1, 3, 3},    {64, 32, 3, 3},   {128, 64, 3, 3},
                                           {128, 128, 3, 3}, {256, 128, 3, 3}, {256, 256, 3, 3},
                                           {512, 256, 7, 7}};
  int64_t expected = 0;
  for (std::size_t i = 0; i < convolutions.size(); ++i) {
    const Shape& kernel = convolutions[i];
    EXPECT_EQ(shape("conv" + std::to_string(i) + ".convolution.weight"), kernel) << i;
    // A bias, or in its place the two vectors of a batch norm after every second convolution.
    expected += kernel[0] * kernel[1] * kernel[2] * kernel[3] + (i % 2 == 1 ? 2 : 1) * kernel[0];
    EXPECT_EQ(named_state(*network).contains("conv" + std::to_string(i) + ".norm.weight"), i % 2 == 1) << i;
  }
  for (const std::string layer : {"lstm0", "lstm1"}) {
    for (const std::string suffix : {"", "_reverse"}) {
      EXPECT_EQ(shape(layer + ".lstm.weight_ih_l0" + suffix), (Shape{4 * 512, 512}));
      EXPECT_EQ(shape(layer + ".lstm.weight_hh_l0" + suffix), (Shape{4 * 512, 512}));
      expected += 2 * 4 * 512 * 512 + 2 * 4 * 512;
    }
    EXPECT_EQ(shape(layer + ".linear.weight"), (Shape{512, 1024}));
    expected += 512 * 1024 + 512;
  }
  EXPECT_EQ(shape("head.weight"), (Shape{5, 512}));  // four characters and the blank
  expected += 5 * 512 + 5;
  int64_t parameters = 0;
  for (const auto& parameter : network->parameters()) parameters += parameter.numel();
  EXPECT_EQ(parameters, expected);
  // (W / 8 - 6) frames, and one row left.
  const torch::NoGradGuard no_grad;
  const torch::Tensor logits =
      network->forward(torch::rand({1, 1, 64, 200}), torch::tensor({200}, torch::kInt));
  EXPECT_EQ(logits.sizes().vec(), (Shape{1, 19, 5}));
}

TEST(Network, AHeightThatDoesNotFitIsRefused) {
  for (const char* architecture : {"cnn_bilstm_ctc", "crnn_ctc"}) {
    ModelConfig config = ocrbatch::testing::small_model_config(architecture);
    config.img_height = 40;
    EXPECT_THROW(build_network(config), ConfigError) << architecture;
  }
}

TEST(LineBatch, RefusesALineThatDoesNotFit) {
  const std::vector<cv::Mat> lines = {cv::Mat(16, 40, CV_8UC1), cv::Mat(16, 70, CV_8UC1)};
  EXPECT_THROW(make_line_batch(lines, 64), std::invalid_argument);
}

}  // namespace
}  // namespace ocrbatch::recognizer
