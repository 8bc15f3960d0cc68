// Line preparation on a CUDA device: launches of line_crop_thread.h.
#pragma once

#include "kernels/line_crop_thread.h"

namespace ocrbatch::kernels {

struct LineCropJob {
  LineCrop crop;
  PagePixels page;
  std::uint8_t* out = nullptr;  // (crop.height, crop.width)
};

// Lines of any pages, in two launches. `jobs` and what they point to are of the device that
// `stream` (a cudaStream_t) belongs to; `most_pixels` is the largest crop's width *
// height. Throws std::runtime_error with CUDA's message when a launch fails.
void crop_lines_cuda(const LineCropJob* jobs, int count, int most_pixels, void* stream);

}  // namespace ocrbatch::kernels
