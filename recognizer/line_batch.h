// Prepared lines as the tensors a network takes.
#pragma once

#include <torch/types.h>

#include <opencv2/core.hpp>
#include <span>

namespace ocrbatch::recognizer {

// Columns of the widest line; 0 of none.
int widest(std::span<const cv::Mat> lines);

struct LineBatch {
  torch::Tensor images;  // (batch, 1, H, columns) float32: 0 paper to 1 ink, padded with paper
  torch::Tensor widths;  // (batch) int32
};

// CV_8UC1 lines of one height, none wider than `columns`. Throws std::invalid_argument otherwise.
LineBatch make_line_batch(std::span<const cv::Mat> lines, int columns);

// The same on its way to a device, a fourth as many bytes.
struct LineBytes {
  torch::Tensor pixels;  // (batch, 1, H, columns) uint8: 255 paper to 0 ink
  torch::Tensor widths;  // (batch) int32
};

// Throws as make_line_batch does. `pinned`: in memory from which a CUDA device copies while the CPU goes on;
// such memory is LibTorch's, which does not lend it again before the copy is done.
LineBytes make_line_bytes(std::span<const cv::Mat> lines, int columns, bool pinned);

// LineBatch::images of LineBytes::pixels, on their device.
torch::Tensor ink_of(const torch::Tensor& pixels);

}  // namespace ocrbatch::recognizer
