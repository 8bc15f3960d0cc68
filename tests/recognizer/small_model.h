// A network small enough to train within a test, and lines simple enough to learn there.
#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "recognizer/model_config.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::testing {

inline recognizer::ModelConfig small_model_config() {
  recognizer::ModelConfig config;
  config.img_height = 16;
  config.img_width = 512;
  config.alphabet = recognizer::Alphabet({"a", "b", "c", " "});
  config.cnn_channels = {8, 8, 16};
  config.cnn_blocks = {0, 0, 1};
  config.mamba_d_model = 16;
  config.mamba_layers = 1;
  config.d_state = 4;
  return config;
}

// Each letter is a bar of its own height, so that a tiny network can tell them apart.
class BarLines : public recognizer::LineSource {
 public:
  explicit BarLines(std::uint64_t size) : size_(size) {}
  std::optional<std::uint64_t> size() const override { return size_; }
  recognizer::LabeledLine get(std::uint64_t index) const override {
    recognizer::LabeledLine line;
    const int length = 2 + static_cast<int>(index * 5 % 7);
    line.pixels = cv::Mat(16, 16 + length * 16, CV_8UC1, cv::Scalar(255));
    std::uint64_t random = index * 2654435761U + 12345;
    for (int i = 0; i < length; ++i) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      const int letter = static_cast<int>((random >> 33) % 3);
      line.text += static_cast<char>('a' + letter);
      line.pixels(cv::Rect(8 + i * 16, 1 + letter * 5, 10, 4)).setTo(0);
    }
    return line;
  }

 private:
  std::uint64_t size_;
};

}  // namespace ocrbatch::testing
