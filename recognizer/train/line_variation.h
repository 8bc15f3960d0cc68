// Lines as other prints and scans of them would look, made in batches on the device that trains: so a line
// that took the CPU long to make can be trained on several times.
#pragma once

#include <torch/types.h>

namespace ocrbatch::recognizer {

// images (batch, 1, H, W) float32: 0 paper to 1 ink, zero behind widths (batch), int32 on the CPU. Returns
// the same, each line changed by itself in some of these ways: sheared, stretched and moved up or down by a
// little; its strokes thicker or thinner; blurred; its middle grays darker or lighter; noisy. No line gets
// wider, and letters stay in their columns. Draws from LibTorch's default generators; no gradient.
torch::Tensor vary_lines(const torch::Tensor& images, const torch::Tensor& widths);

}  // namespace ocrbatch::recognizer
