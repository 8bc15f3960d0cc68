// Which lines share a batch, and how many.
#pragma once

#include <cstdint>

namespace ocrbatch::recognizer {

struct BatchShape {
  // Widths are rounded up to a multiple of a step, which makes a bucket: the fine one where lines are short,
  // so that little work is spent on padding, the coarse one where they are long, so that batches fill.
  int fine_step_px, coarse_step_px, fine_up_to_px;
  std::int64_t budget_px;  // rows x columns x lines of a full batch

  int bucket(int width_px) const;
};

// Lines of `bucket_px` columns and `height_px` rows that `budget_px` pixels hold; at least one.
int lines_within(std::int64_t budget_px, int bucket_px, int height_px);

// On a CPU a batch is wide enough for matrix products and small enough that a stage's activations stay in the
// cache.
inline constexpr BatchShape kCpuBatches{
    .fine_step_px = 64, .coarse_step_px = 128, .fine_up_to_px = 1024, .budget_px = 32 << 10};

// On a CUDA device a batch is to fill the device for longer than it takes to launch; padding costs less there
// than buckets that do not fill.
inline constexpr BatchShape kCudaBatches{
    .fine_step_px = 128, .coarse_step_px = 256, .fine_up_to_px = 1024, .budget_px = 4 << 20};

}  // namespace ocrbatch::recognizer
