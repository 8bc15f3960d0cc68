#include "recognizer/line_batch.h"

#include <stdexcept>
#include <string>

namespace ocrbatch::recognizer {

LineBatch make_line_batch(std::span<const cv::Mat> lines, int columns) {
  const auto batch = static_cast<int64_t>(lines.size());
  const int height = lines.empty() ? 1 : lines.front().rows;
  LineBatch out{torch::zeros({batch, 1, height, columns}), torch::empty({batch}, torch::kInt)};
  float* to = out.images.mutable_data_ptr<float>();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const cv::Mat& line = lines[i];
    if (line.type() != CV_8UC1 || line.rows != height || line.cols > columns || line.cols < 1) {
      throw std::invalid_argument("line " + std::to_string(i) + " is " + std::to_string(line.cols) + " x " +
                                  std::to_string(line.rows) + ", the batch takes 8-bit lines of up to " +
                                  std::to_string(columns) + " x " + std::to_string(height));
    }
    out.widths.mutable_data_ptr<int>()[i] = line.cols;
    for (int y = 0; y < height; ++y, to += columns) {
      const uchar* const from = line.ptr<uchar>(y);
      for (int x = 0; x < line.cols; ++x) to[x] = static_cast<float>(255 - from[x]) * (1.0F / 255.0F);
    }
  }
  return out;
}

}  // namespace ocrbatch::recognizer
