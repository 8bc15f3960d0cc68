// CTC decoding (Graves et al. 2006): from a network's logits to labels and the frames they stand at.
#pragma once

#include <torch/types.h>

#include <vector>

#include "recognizer/network.h"

namespace ocrbatch::recognizer {

// One decoded label: frames [first_frame, last_frame] chose it; confidence is the highest probability among
// them, agreement the share of a beam's readings that have it, too.
struct CtcLabel {
  int label = 0, first_frame = 0, last_frame = 0;
  float confidence = 0, agreement = 1;
};

// Best label a frame, repeats merged, blanks dropped. logits (batch, T, classes) float32 on the CPU;
// frames[b] <= T of each line count.
std::vector<std::vector<CtcLabel>> decode_greedy(const torch::Tensor& logits, const std::vector<int>& frames);

// Prefix beam search, then the best path of what it found. A line's labels depend on its own frames alone.
std::vector<std::vector<CtcLabel>> decode_beam(const torch::Tensor& logits, const std::vector<int>& frames,
                                               const Decoding& decoding);

// Which columns of the prepared line a frame stands for: frame t those from first_px + t * pixels_per_frame
// on.
struct FrameGrid {
  double pixels_per_frame = 4, first_px = 0;
};

// Frames to columns of the prepared line.
std::vector<ReadLabel> to_columns(const std::vector<CtcLabel>& labels, const FrameGrid& grid);

}  // namespace ocrbatch::recognizer
