// Line preparation on a CUDA device, of pages that lie there: what a line's crop is made from, so that its
// threads (line_crop_thread.h) have nothing left to decide. The pixels are prepare_line's, give or take a
// gray level of the page. Without OpenCV, so that nvcc need not read its headers.
#pragma once

#include "kernels/line_sampling_thread.h"

namespace ocrbatch::kernels {

// Averages over page pixels reach this far to either side at most: a page of 600 dpi has text that tall on
// its title.
inline constexpr int kMaxBoxReach = 31;

// Stretches of a line whose paper is judged apart.
inline constexpr int kMaxCropSegments = 512;

// Plain numbers, to be copied to the device.
struct LineCrop {
  int width = 0, height = 0;                                    // of the crop
  int part_x = 0, part_y = 0, part_width = 0, part_height = 0;  // of the page, beyond which is paper
  Sampling sampling;                                            // of the part
  // Weights from -reach to reach along x and y.
  int x_reach = 0, y_reach = 0;
  float x_weights[2 * kMaxBoxReach + 1] = {}, y_weights[2 * kMaxBoxReach + 1] = {};
  int paper_level = 255;
  bool is_inverted = false;
  int zone_begin = 0, zone_end = 0;  // rows that hold the line itself
  int segments = 1;                  // of the paper's level
  int least_ink_depth = 1;
};

}  // namespace ocrbatch::kernels
