#include "recognizer/line_batch.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace ocrbatch::recognizer {
namespace {

constexpr float kInkOfGrey = 1.0F / 255.0F;
constexpr uchar kPaper = 255;

int height_of(std::span<const cv::Mat> lines) {
  return lines.empty() ? 1 : lines.front().rows;
}

void check_lines(std::span<const cv::Mat> lines, int columns) {
  const int height = height_of(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const cv::Mat& line = lines[i];
    if (line.type() == CV_8UC1 && line.rows == height && line.cols <= columns && line.cols >= 1) continue;
    throw std::invalid_argument("line " + std::to_string(i) + " is " + std::to_string(line.cols) + " x " +
                                std::to_string(line.rows) + ", the batch takes 8-bit lines of up to " +
                                std::to_string(columns) + " x " + std::to_string(height));
  }
}

torch::Tensor widths_of(std::span<const cv::Mat> lines) {
  const torch::Tensor widths = torch::empty({static_cast<int64_t>(lines.size())}, torch::kInt);
  std::ranges::transform(lines, widths.mutable_data_ptr<int>(),
                         [](const cv::Mat& line) { return line.cols; });
  return widths;
}

}  // namespace

int widest(std::span<const cv::Mat> lines) {
  int columns = 0;
  for (const cv::Mat& line : lines) columns = std::max(columns, line.cols);
  return columns;
}

LineBatch make_line_batch(std::span<const cv::Mat> lines, int columns) {
  check_lines(lines, columns);
  const int height = height_of(lines);
  LineBatch out{torch::zeros({static_cast<int64_t>(lines.size()), 1, height, columns}), widths_of(lines)};
  float* to = out.images.mutable_data_ptr<float>();
  for (const cv::Mat& line : lines) {
    for (int y = 0; y < height; ++y, to += columns) {
      const uchar* const from = line.ptr<uchar>(y);
      for (int x = 0; x < line.cols; ++x) to[x] = static_cast<float>(kPaper - from[x]) * kInkOfGrey;
    }
  }
  return out;
}

LineBytes make_line_bytes(std::span<const cv::Mat> lines, int columns, bool pinned) {
  check_lines(lines, columns);
  const int height = height_of(lines);
  LineBytes out{torch::empty({static_cast<int64_t>(lines.size()), 1, height, columns},
                             torch::TensorOptions(torch::kByte).pinned_memory(pinned)),
                widths_of(lines)};
  uchar* to = out.pixels.mutable_data_ptr<uchar>();
  for (const cv::Mat& line : lines) {
    for (int y = 0; y < height; ++y, to += columns) {
      std::copy_n(line.ptr<uchar>(y), line.cols, to);
      std::fill(to + line.cols, to + columns, kPaper);
    }
  }
  return out;
}

torch::Tensor ink_of(const torch::Tensor& pixels) {
  return pixels.bitwise_not().to(torch::kFloat).mul_(kInkOfGrey);
}

}  // namespace ocrbatch::recognizer
