// Line preparation on a CUDA device: launches of line_crop_thread.h.
#pragma once

#include "kernels/line_crop_thread.h"

namespace ocrbatch::kernels {

struct LineCropJob {
  LineCrop crop;
  PagePixels page;
  std::uint8_t* out = nullptr;  // (crop.height, crop.width)
};

// Lines of any pages, in two launches. `jobs`, what they point to and `cubic_weights` (line_crop_plan.h) are
// of the device that `stream` (a cudaStream_t) belongs to; `most_pixels` is the largest crop's width *
// height. Throws std::runtime_error with CUDA's message when a launch fails.
void crop_lines_cuda(const LineCropJob* jobs, int count, int most_pixels, const std::int16_t* cubic_weights,
                     void* stream);

}  // namespace ocrbatch::kernels
