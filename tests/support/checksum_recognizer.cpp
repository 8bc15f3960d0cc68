#include "tests/support/checksum_recognizer.h"

#include <array>
#include <chrono>
#include <random>
#include <thread>

namespace ocrbatch::testing {

ChecksumRecognizer::ChecksumRecognizer() {
  info_.name = "checksum";
  info_.architecture = "none";
  info_.sha256 = std::string(64, '0');
  info_.line_preparation.height_px = 16;
}

std::vector<std::string> ChecksumRecognizer::devices() const {
  std::vector<std::string> names;
  for (int i = 0; i < device_count; ++i) names.push_back("device:" + std::to_string(i));
  return names;
}

std::string ChecksumRecognizer::text_of(const cv::Mat& line) {
  std::uint32_t sum = 2166136261U;  // FNV-1a
  for (int y = 0; y < line.rows; ++y)
    for (int x = 0; x < line.cols; ++x) sum = (sum ^ line.at<unsigned char>(y, x)) * 16777619U;
  std::array<char, 10> text;
  std::snprintf(text.data(), text.size(), "%04x %04x", sum >> 16, sum & 0xFFFFU);
  return text.data();
}

std::vector<recognizer::Hypothesis> ChecksumRecognizer::recognize(std::span<const cv::Mat> lines) const {
  if (widest_delay_us > 0) {
    thread_local std::minstd_rand random(std::hash<std::thread::id>()(std::this_thread::get_id()));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % static_cast<unsigned>(widest_delay_us)));
  }
  std::vector<recognizer::Hypothesis> results;
  std::vector<std::string> texts;
  for (const cv::Mat& line : lines) {
    if (refuses && refuses(line)) throw std::runtime_error("this line is refused");
    texts.push_back(text_of(line));
    const float step = static_cast<float>(line.cols) / static_cast<float>(texts.back().size());
    recognizer::Hypothesis hypothesis;
    for (std::size_t i = 0; i < texts.back().size(); ++i)
      hypothesis.characters.push_back({std::string(1, texts.back()[i]), step * static_cast<float>(i),
                                       step * static_cast<float>(i + 1), 0.97F});
    results.push_back(std::move(hypothesis));
  }
  const std::lock_guard lock(mutex_);
  batches_.push_back(std::move(texts));
  return results;
}

std::vector<std::vector<std::string>> ChecksumRecognizer::batches() const {
  const std::lock_guard lock(mutex_);
  return batches_;
}

}  // namespace ocrbatch::testing
