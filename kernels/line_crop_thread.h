// Line preparation as CUDA threads do it (block.h), in two kernels: the page's pixels under a crop, a thread
// each, and their darkness, a block a line. Compiled for the CPU as well, where the tests hold it to
// prepare_line.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/block.h"
#include "kernels/line_crop.h"

namespace ocrbatch::kernels {

// A page of gray values on the device.
struct PagePixels {
  const std::uint8_t* pixels = nullptr;
  std::int64_t stride = 0;  // bytes from one row to the next
  int width = 0, height = 0;

  OCRBATCH_PER_THREAD int at(int x, int y) const {
    x = x < 0 ? 0 : x < width ? x : width - 1;
    y = y < 0 ? 0 : y < height ? y : height - 1;
    return pixels[y * stride + x];
  }
};

OCRBATCH_PER_THREAD int crop_clamp(int value, int low, int high) {
  return value < low ? low : value > high ? high : value;
}

// The part's pixel, averaged over its neighbours; paper beyond the part.
OCRBATCH_PER_THREAD int crop_average(const LineCrop& crop, const PagePixels& page, int x, int y) {
  if (x < 0 || y < 0 || x >= crop.part_width || y >= crop.part_height) return crop.paper_level;
  x += crop.part_x, y += crop.part_y;
  float sum = 0;
  for (int j = -crop.y_reach; j <= crop.y_reach; ++j) {
    float row = 0;
    for (int i = -crop.x_reach; i <= crop.x_reach; ++i)
      row += crop.x_weights[crop.x_reach + i] * static_cast<float>(page.at(x + i, y + j));
    sum += crop.y_weights[crop.y_reach + j] * row;
  }
  return crop_clamp(static_cast<int>(rintf(sum)), 0, 255);
}

// First kernel: the page's gray value under a pixel of the crop.
OCRBATCH_PER_THREAD std::uint8_t crop_pixel(const LineCrop& crop, const PagePixels& page, int column,
                                            int row) {
  return static_cast<std::uint8_t>(
      sampled(crop.sampling, column, row, [&](int x, int y) { return crop_average(crop, page, x, y); }));
}

// Shared memory of a line's block.
template <int kThreads>
struct LineCropMemory {
  float levels[kMaxCropSegments], middles[kMaxCropSegments];
  int counts[kThreads];
  int low, high;  // what a percentile is between
};

// The least value v of 0 .. 255 for which count_up_to(v), how many numbers are at most v, is more than
// `below`; 255 where there is none.
template <class Count>
OCRBATCH_PER_THREAD int least_above(int below, const Count& count_up_to) {
  int low = 0, high = 255;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (count_up_to(middle) > below) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// Where a segment of the crop begins.
OCRBATCH_PER_THREAD int segment_start(const LineCrop& crop, int i) {
  return static_cast<int>(static_cast<std::int64_t>(i) * crop.width / crop.segments);
}

// The paper's level at a column, linear between the segments' centres.
OCRBATCH_PER_THREAD int crop_paper(const LineCrop& crop, const float* levels, int x) {
  const float pitch = static_cast<float>(crop.width) / crop.segments,
              last = static_cast<float>(crop.segments) - 1;
  const float position = fminf(fmaxf((x + 0.5F) / pitch - 0.5F, 0.0F), last);
  const int most = crop.segments > 2 ? crop.segments - 2 : 0;
  const int i = static_cast<int>(position) < most ? static_cast<int>(position) : most;
  const float next = levels[i + 1 < crop.segments ? i + 1 : crop.segments - 1];
  return static_cast<int>(rintf(levels[i] + (position - static_cast<float>(i)) * (next - levels[i])));
}

// Second kernel: turns the gray values of a crop into what the recognizer reads, in place: dark ink on white
// paper.
template <class Block, class Memory>
OCRBATCH_BLOCK_CODE void crop_darkness(const Block& block, const LineCrop& crop, std::uint8_t* pixels,
                                       Memory& memory) {
  const int zone_height = crop.zone_end - crop.zone_begin, zone_pixels = zone_height * crop.width;
  const auto light_at = [&](int x, int y) {
    const int gray = pixels[y * crop.width + x];
    return crop.is_inverted ? 255 - gray : gray;
  };
  block.run([&](int thread) {
    for (int i = thread; i < crop.segments; i += block.threads()) {
      const int begin = segment_start(crop, i), end = segment_start(crop, i + 1);
      memory.levels[i] = static_cast<float>(
          least_above(static_cast<int>(0.75 * ((end - begin) * zone_height)), [&](int value) {
            int count = 0;
            for (int y = crop.zone_begin; y < crop.zone_end; ++y)
              for (int x = begin; x < end; ++x) count += light_at(x, y) <= value ? 1 : 0;
            return count;
          }));
    }
    if (thread == 0) memory.low = 0, memory.high = 255;
  });
  block.run([&](int thread) {
    for (int i = thread; i < crop.segments; i += block.threads()) {
      const float here = memory.levels[i];
      const bool has_both = i > 0 && i + 1 < crop.segments;
      const float left = has_both ? memory.levels[i - 1] : here,
                  right = has_both ? memory.levels[i + 1] : here;
      memory.middles[i] = fmaxf(fminf(left, here), fminf(fmaxf(left, here), right));
    }
  });
  const auto depth_at = [&](int x, int y) {
    return crop_clamp(crop_paper(crop, memory.middles, x) - light_at(x, y), 0, 255);
  };
  // 99 % of the depths, as least_above finds it, all threads counting.
  for (int round = 0; round < 8; ++round) {
    block.run([&](int thread) {
      const int middle = (memory.low + memory.high) / 2;
      int count = 0;
      for (int i = thread; i < zone_pixels; i += block.threads())
        count += depth_at(i % crop.width, crop.zone_begin + i / crop.width) <= middle ? 1 : 0;
      memory.counts[thread] = count;
    });
    merge_over_threads(block, memory.counts, [](int a, int b) { return a + b; });
    block.run([&](int thread) {
      if (thread != 0 || memory.low == memory.high) return;
      const int middle = (memory.low + memory.high) / 2;
      if (memory.counts[0] > static_cast<int>(0.99 * zone_pixels)) {
        memory.high = middle;
      } else {
        memory.low = middle + 1;
      }
    });
  }
  block.run([&](int thread) {
    const int nine_tenths = static_cast<int>(0.9 * memory.low);
    const int ink_depth = nine_tenths > crop.least_ink_depth ? nine_tenths : crop.least_ink_depth,
              texture = ink_depth / 10;
    for (int i = thread; i < crop.width * crop.height; i += block.threads()) {
      const int depth = depth_at(i % crop.width, i / crop.width);
      pixels[i] = static_cast<std::uint8_t>(
          255 - crop_clamp((depth - texture) * 255 / (ink_depth - texture), 0, 255));
    }
  });
}

}  // namespace ocrbatch::kernels
