// This file includes no LibTorch header: Highway compiles it once for each instruction set.
#include "kernels/image_convolution_cpu.h"

#include <algorithm>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/image_convolution_cpu.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "kernels/multiply_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ocrbatch::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Some results of one row: to (count, out) from their taps (count, taps).
template <int kRows>
void multiply_taps(const ImageMaps& maps, const float* taps, std::int64_t tap_count, std::int64_t count,
                   float* to) {
  const BlockTag f;
  for (std::int64_t n = 0; n < maps.out; n += kBlockColumns) {
    const std::int64_t channels = std::min(kBlockColumns, maps.out - n);
    const auto store = [&](int r, int column, auto sum) {
      if (r >= count) return;
      auto value = hn::Add(sum, hn::LoadU(f, maps.bias + n + column));
      if (maps.relu) value = hn::Max(value, hn::Zero(f));
      store_columns(value, to + r * maps.out + n + column, channels - column);
    };
    multiply_rows<kRows>(taps, tap_count, tap_count, maps.weights + n * tap_count, store);
  }
}

void convolve_image(const ImageMaps& maps, std::int64_t image, float* padded, float* taps, float* to) {
  // With paper around it, so that no tap is outside.
  const std::int64_t columns = maps.columns + 2 * maps.padding[1];
  for (std::int64_t y = 0; y < maps.height; ++y) {
    std::copy_n(maps.images + (image * maps.height + y) * maps.columns, maps.columns,
                padded + (y + maps.padding[0]) * columns + maps.padding[1]);
  }
  const std::int64_t width = maps.widths[image], tap_count = maps.kernel[0] * maps.kernel[1];
  for (std::int64_t y = 0; y < maps.out_size[0]; ++y) {
    float* const row = to + (image * maps.out_size[0] + y) * maps.out_size[1] * maps.out;
    for (std::int64_t x = 0; x < width; x += kBlockRows) {
      const std::int64_t count = std::min<std::int64_t>(kBlockRows, width - x);
      for (std::int64_t r = 0; r < count; ++r) {
        float* tap = taps + r * tap_count;
        for (std::int64_t i = 0; i < maps.kernel[0]; ++i) {
          const float* const from = padded + (y * maps.stride[0] + i) * columns + (x + r) * maps.stride[1];
          for (std::int64_t j = 0; j < maps.kernel[1]; ++j) *tap++ = from[j];
        }
      }
      multiply_taps<kBlockRows>(maps, taps, tap_count, count, row + x * maps.out);
    }
    std::fill(row + width * maps.out, row + maps.out_size[1] * maps.out, 0.0F);
  }
}

// Here, as only the instruction set says how many rows a block has.
void convolve_images(const ImageMaps& maps, float* to) {
  std::vector<float> padded(
      static_cast<std::size_t>((maps.height + 2 * maps.padding[0]) * (maps.columns + 2 * maps.padding[1])));
  std::vector<float> taps(static_cast<std::size_t>(kBlockRows * maps.kernel[0] * maps.kernel[1]));
  for (std::int64_t image = 0; image < maps.batch; ++image)
    convolve_image(maps, image, padded.data(), taps.data(), to);
}

}  // namespace HWY_NAMESPACE
}  // namespace ocrbatch::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ocrbatch::kernels {

HWY_EXPORT(convolve_images);

void image_convolution_cpu(const ImageMaps& maps, float* to) {
  HWY_DYNAMIC_DISPATCH(convolve_images)(maps, to);
}

}  // namespace ocrbatch::kernels
#endif  // HWY_ONCE
