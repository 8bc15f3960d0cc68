// Reading on a device, with the CPU as the device.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>
#include <mutex>
#include <thread>

#include "recognizer/line_batch.h"
#include "recognizer/model_folder.h"
#include "recognizer/network_reader.h"
#include "recognizer/recognizer.h"
#include "tests/recognizer/small_model.h"

namespace ocrbatch::recognizer {
namespace {

using Labels = std::vector<std::vector<ReadLabel>>;

// Another network's results, as long as the device has room for its images.
class LimitedNetwork : public LineNetwork {
 public:
  explicit LimitedNetwork(std::shared_ptr<LineNetwork> network)
      : network_(register_module("network", std::move(network))) {}

  std::int64_t room_px = std::numeric_limits<std::int64_t>::max();
  bool lost = false, records = false;
  std::vector<std::int64_t> lines;  // of each batch that had room

  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& widths) override {
    if (lost)
      throw c10::AcceleratorError({"", "", 0}, 719, "CUDA error: unspecified launch failure\nSearch for");
    TORCH_CHECK_WITH(OutOfMemoryError, images.numel() <= room_px, "out of memory");
    {
      const std::lock_guard lock(mutex_);
      lines.push_back(images.size(0));
    }
    return network_->forward(images, widths);
  }
  bool can_be_recorded() const override { return records && network_->can_be_recorded(); }
  int frames(int width_px) const override { return network_->frames(width_px); }
  bool can_align(int width_px, const std::vector<int>& labels) const override {
    return network_->can_align(width_px, labels);
  }
  torch::Tensor loss(const torch::Tensor& encoded, const torch::Tensor& widths,
                     const Targets& targets) override {
    return network_->loss(encoded, widths, targets);
  }
  Labels read(const torch::Tensor& encoded, const torch::Tensor& widths, const Decoding& decoding) override {
    return network_->read(encoded, widths, decoding);
  }
  void prepare_for_inference(const FastArithmetic& fast) override { network_->prepare_for_inference(fast); }

 private:
  const std::shared_ptr<LineNetwork> network_;
  std::mutex mutex_;
};

class ReadOnDevice : public ::testing::TestWithParam<const char*> {
 protected:
  ReadOnDevice() {
    torch::manual_seed(3);
    const auto network = build_network(config);
    for (auto& [name, tensor] : named_state(*network)) state[name] = tensor.clone();
    on_device = limited_network();
    cpu = read_on_cpu(network, config.img_height);
    device = read_on_device(on_device, config.img_height, torch::kCPU);
    on_device->lines.clear();
    cv::RNG random(5);
    for (int i = 0; i < 20; ++i) {
      // Of one bucket on the CPU and on the device.
      cv::Mat line(config.img_height, i == 0 ? 128 : random.uniform(70, 129), CV_8UC1);
      random.fill(line, cv::RNG::UNIFORM, 0, 256);
      lines.push_back(line);
    }
  }

  // The same network once more: preparing it for reading is done once.
  std::shared_ptr<LimitedNetwork> limited_network() const {
    const auto network = build_network(config);
    load_state(*network, state, "the other network");
    return std::make_shared<LimitedNetwork>(network);
  }

  static void expect_same(const Labels& a, const Labels& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(a[i].size(), b[i].size()) << "line " << i;
      for (std::size_t k = 0; k < a[i].size(); ++k) {
        EXPECT_EQ(a[i][k].label, b[i][k].label);
        EXPECT_EQ(a[i][k].x0_px, b[i][k].x0_px);
        EXPECT_EQ(a[i][k].confidence, b[i][k].confidence);
      }
    }
  }

  std::int64_t pixels(std::int64_t line_count) const { return line_count * 128 * config.img_height; }

  const ModelConfig config = ocrbatch::testing::small_model_config(GetParam());
  std::map<std::string, torch::Tensor> state;
  std::shared_ptr<LimitedNetwork> on_device;
  std::unique_ptr<NetworkReader> cpu, device;
  std::vector<cv::Mat> lines;
};

TEST_P(ReadOnDevice, GivesWhatTheCpuGives) {
  ASSERT_EQ(cpu->width_bucket(128), device->width_bucket(128));
  expect_same(device->read(lines, {}, nullptr), cpu->read(lines, {}, nullptr));
}

TEST_P(ReadOnDevice, HalvesABatchThatHasNoRoomAndRemembers) {
  const Labels expected = cpu->read(lines, {}, nullptr);
  on_device->room_px = pixels(6);
  const int before = device->batch_size(128);
  expect_same(device->read(lines, {}, nullptr), expected);
  EXPECT_EQ(on_device->lines, (std::vector<std::int64_t>{5, 5, 5, 5}));
  EXPECT_LT(device->batch_size(128), before);
  EXPECT_EQ(device->batch_size(128), 5);
  on_device->lines.clear();
  expect_same(device->read(std::span(lines).first(10), {}, nullptr),
              Labels(expected.begin(), expected.begin() + 10));
  EXPECT_EQ(on_device->lines, (std::vector<std::int64_t>{5, 5}));
}

TEST_P(ReadOnDevice, SaysWhichLineHasNoRoom) {
  on_device->room_px = pixels(1) - 1;
  try {
    device->read(std::span(lines).first(4), {}, nullptr);
    FAIL() << "no error";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(),
              "cpu has no memory for a line of 128 x " + std::to_string(config.img_height) + " pixels");
  }
  on_device->room_px = pixels(1);
  EXPECT_EQ(device->read(std::span(lines).first(4), {}, nullptr).size(), 4U) << "it goes on";
  EXPECT_EQ(on_device->lines, (std::vector<std::int64_t>{1, 1, 1, 1}));
}

TEST_P(ReadOnDevice, SaysThatTheDeviceHasFailed) {
  on_device->lost = true;
  try {
    device->read(lines, {}, nullptr);
    FAIL() << "no error";
  } catch (const DeviceError& error) {
    EXPECT_STREQ(error.what(), "device \"cpu\" cannot be used: CUDA error: unspecified launch failure");
  }
}

TEST_P(ReadOnDevice, ADeviceThatCannotComputeIsRefusedAtTheStart) {
  const auto network = std::make_shared<LimitedNetwork>(build_network(config));
  network->room_px = 0;
  EXPECT_THROW(read_on_device(network, config.img_height, torch::kCPU), DeviceError);
}

// A batch that is nearly full goes through what was recorded of the first one, with room for a full one.
TEST_P(ReadOnDevice, RepeatsWhatItRecorded) {
  const Labels expected = cpu->read(lines, {}, nullptr);
  const auto network = limited_network();
  network->records = true;
  const auto recording = read_on_device(network, config.img_height, torch::kCPU);
  const int full = recording->batch_size(128);
  std::vector<cv::Mat> many;
  for (int i = 0; i < full - 1; ++i) many.push_back(lines[static_cast<std::size_t>(i) % lines.size()]);
  for (int round = 0; round < 2; ++round) {
    network->lines.clear();
    const Labels found = recording->read(many, {}, nullptr);
    ASSERT_EQ(found.size(), many.size());
    for (std::size_t first = 0; first + lines.size() <= many.size(); first += lines.size())
      expect_same(Labels(found.begin() + static_cast<std::ptrdiff_t>(first),
                         found.begin() + static_cast<std::ptrdiff_t>(first + lines.size())),
                  expected);
    const std::vector<std::int64_t> of_full(network->lines.size(), full), as_they_are(1, full - 1);
    EXPECT_EQ(network->lines, network->can_be_recorded() ? of_full : as_they_are);
  }
  // Without room for what is recorded, batches go as they are.
  network->room_px = pixels(6);
  network->lines.clear();
  expect_same(recording->read(lines, {}, nullptr), expected);
  expect_same(recording->read(std::span(lines).first(4), {}, nullptr),
              Labels(expected.begin(), expected.begin() + 4));
  EXPECT_EQ(network->lines, (std::vector<std::int64_t>{5, 5, 5, 5, 4}));
}

TEST_P(ReadOnDevice, SeveralThreadsReadAtOnce) {
  const Labels expected = cpu->read(lines, {}, nullptr);
  std::vector<Labels> read(3);
  std::vector<std::thread> threads;
  for (Labels& labels : read) threads.emplace_back([&] { labels = device->read(lines, {}, nullptr); });
  for (std::thread& thread : threads) thread.join();
  for (const Labels& labels : read) expect_same(labels, expected);
}

INSTANTIATE_TEST_SUITE_P(Architectures, ReadOnDevice, ::testing::Values("mamba_ctc", "crnn_attention"));

TEST(LineBytes, AreTheInkOfTheFloats) {
  cv::RNG random(5);
  std::vector<cv::Mat> lines;
  for (const int columns : {1, 40, 64, 63}) {
    // Not continuous, as lines that are cut out of a page are not.
    const cv::Mat page(16, 100, CV_8UC1);
    random.fill(page, cv::RNG::UNIFORM, 0, 256);
    lines.push_back(page.colRange(0, columns));
  }
  const LineBatch floats = make_line_batch(lines, 64);
  const LineBytes bytes = make_line_bytes(lines, 64, /*pinned=*/false);
  EXPECT_EQ(bytes.pixels.scalar_type(), torch::kByte);
  EXPECT_TRUE(torch::equal(ink_of(bytes.pixels), floats.images));
  EXPECT_TRUE(torch::equal(bytes.widths, floats.widths));
  EXPECT_THROW(make_line_bytes(lines, 63, false), std::invalid_argument);
}

}  // namespace
}  // namespace ocrbatch::recognizer
