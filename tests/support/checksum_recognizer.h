// A recognizer without a model: it "reads" a checksum of the line's pixels, so that a test sees which pixels
// gave which text, and that a line's text does not depend on its company.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>

#include "recognizer/recognizer.h"

namespace ocrbatch::testing {

class ChecksumRecognizer : public recognizer::Recognizer {
 public:
  int lines_a_batch = 8;
  int widest_delay_us = 0;  // each call sleeps for a random time up to this
  int device_count = 0;     // devices that it says it computes on
  std::function<bool(const cv::Mat& line)>
      refuses;  // recognize() throws when any of its lines is one of these

  ChecksumRecognizer();

  const recognizer::ModelInfo& info() const override { return info_; }
  int width_bucket(int width_px) const override { return width_px / 128; }
  int batch_size(int bucket) const override { return lines_a_batch; }
  std::vector<std::string> devices() const override;
  std::vector<recognizer::Hypothesis> recognize(std::span<const cv::Mat> lines) const override;

  // Two words of four hexadecimal digits.
  static std::string text_of(const cv::Mat& line);
  // The texts of each call that gave results.
  std::vector<std::vector<std::string>> batches() const;

 private:
  recognizer::ModelInfo info_;
  mutable std::mutex mutex_;
  mutable std::vector<std::vector<std::string>> batches_;
};

}  // namespace ocrbatch::testing
