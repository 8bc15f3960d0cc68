// Prepared lines as the tensors a network takes.
#pragma once

#include <torch/types.h>

#include <opencv2/core.hpp>
#include <span>

namespace ocrbatch::recognizer {

struct LineBatch {
  torch::Tensor images;  // (batch, 1, H, columns) float32: 0 paper to 1 ink, padded with paper
  torch::Tensor widths;  // (batch) int32
};

// CV_8UC1 lines of one height, none wider than `columns`. Throws std::invalid_argument otherwise.
LineBatch make_line_batch(std::span<const cv::Mat> lines, int columns);

}  // namespace ocrbatch::recognizer
