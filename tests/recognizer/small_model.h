// A network small enough to train within a test, and lines simple enough to learn there.
#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "recognizer/model_config.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::testing {

inline constexpr const char* kArchitectures[] = {"mamba_ctc", "resnet34_mamba_lora", "cnn_bilstm_ctc",
                                                 "crnn_ctc", "crnn_attention"};

inline recognizer::ModelConfig small_model_config(const std::string& architecture = "mamba_ctc") {
  recognizer::ModelConfig config;
  config.architecture = architecture;
  config.img_height = 16;
  config.img_width = 512;
  config.alphabet = recognizer::Alphabet({"a", "b", "c", " "});
  if (architecture == "mamba_ctc") {
    config.parameters = {{"cnn_channels", {8, 8, 16}},
                         {"cnn_blocks", {0, 0, 1}},
                         {"mamba_d_model", 16},
                         {"mamba_layers", 1},
                         {"d_state", 4},
                         {"expand", 2},
                         {"d_conv", 4},
                         {"dropout", 0.0}};
  } else if (architecture == "crnn_ctc") {
    config.img_height = 32;
    config.parameters = {{"cnn_channels", {8, 8, 16, 16, 16, 16, 16}}, {"hidden_size", 48}, {"layers", 2}};
  } else if (architecture == "resnet34_mamba_lora") {
    config.img_height = 32;
    config.parameters = {{"base_channels", 8},  {"adapter_bottleneck", 2},
                         {"mamba_d_model", 32}, {"mamba_layers", 1},
                         {"d_state", 4},        {"expand", 2},
                         {"d_conv", 4},         {"dropout", 0.0},
                         {"lora_rank", 2},      {"lora_alpha", 4}};
  } else if (architecture == "crnn_attention") {
    config.img_height = 32;
    config.parameters = {{"cnn_channels", {8, 8, 16, 16, 16, 16, 16}},
                         {"hidden_size", 48},
                         {"layers", 1},
                         {"attention_size", 24},
                         {"embedding_size", 8},
                         {"max_length", 12}};
  } else if (architecture == "cnn_bilstm_ctc") {
    config.img_height = 64;  // its layers are fixed
  }
  return config;
}

// Each letter is a bar of its own height, so that a tiny network can tell them apart.
class BarLines : public recognizer::LineSource {
 public:
  // Letters of 16 x `stretch` columns on lines of `height_px` rows.
  explicit BarLines(std::uint64_t size, int height_px = 16, int stretch = 1)
      : size_(size), height_px_(height_px), stretch_(stretch) {}
  std::optional<std::uint64_t> size() const override { return size_; }
  recognizer::LabeledLine get(std::uint64_t index) const override {
    recognizer::LabeledLine line;
    const int length = 2 + static_cast<int>(index * 5 % 7);
    line.pixels = cv::Mat(height_px_, (16 + length * 16) * stretch_, CV_8UC1, cv::Scalar(255));
    const int unit = height_px_ / 16;
    std::uint64_t random = index * 2654435761U + 12345;
    for (int i = 0; i < length; ++i) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      const int letter = static_cast<int>((random >> 33) % 3);
      line.text += static_cast<char>('a' + letter);
      line.pixels(cv::Rect((8 + i * 16) * stretch_, (1 + letter * 5) * unit, 10 * stretch_, 4 * unit))
          .setTo(0);
    }
    return line;
  }

 private:
  std::uint64_t size_;
  int height_px_, stretch_;
};

}  // namespace ocrbatch::testing
