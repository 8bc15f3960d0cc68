// The CTC loss of one line on the CPU. No LibTorch type.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

struct CtcLine {
  const float* logits;  // (frames, classes)
  int64_t frames, classes;
  const int* labels;
  int64_t label_count;
};

// The loss, zero where no alignment exists; its gradient, (frames, classes), unless that is null.
float ctc_loss_line_cpu(const CtcLine& line, float* gradient);

}  // namespace ocrbatch::kernels
