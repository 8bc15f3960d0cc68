// A network's forward pass over batches of one shape, recorded once for a device to repeat.
#pragma once

#include <torch/types.h>

#include <memory>

#include "recognizer/line_batch.h"
#include "recognizer/network.h"
#include "recognizer/recorded_work.h"

namespace ocrbatch::recognizer {

class RecordedForward {
 public:
  // For up to `lines` lines of `height_px` rows and `columns` columns, on the current stream. The network can
  // be recorded, and outlives this.
  RecordedForward(LineNetwork& network, torch::Device device, int64_t lines, int height_px, int columns);
  RecordedForward(const RecordedForward&) = delete;
  RecordedForward& operator=(const RecordedForward&) = delete;

  int64_t lines() const { return pixels_.size(0); }

  // What network.forward gives for the batch: (batch, T, features) on the device, until the next call. On the
  // stream on which it was recorded.
  torch::Tensor operator()(const LineBytes& batch);

 private:
  torch::Tensor pixels_;   // (lines, 1, height_px, columns) uint8
  torch::Tensor widths_;   // (lines) int32, 0 where a batch has fewer lines
  torch::Tensor encoded_;  // (lines, T, features)
  std::unique_ptr<RecordedWork> work_;
};

}  // namespace ocrbatch::recognizer
