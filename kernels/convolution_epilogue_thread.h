// The convolution epilogue as one CUDA thread does it: some channels of one pixel. Compiled for the CPU as
// well, where the tests hold it to the reference. Shapes and meaning as in convolution_epilogue.h.
#pragma once

#include <cstdint>

#include "kernels/per_thread.h"

namespace ocrbatch::kernels {

// All on one device. Number: float, or a half-precision type of the device's or of LibTorch's.
template <class Number>
struct EpilogueArrays {
  int64_t batch = 0;
  int rows = 0, columns = 0, channels = 0;  // rows of one line's maps
  bool relu = true;
  Number* maps = nullptr;        // (batch, rows, columns, channels)
  const Number* skip = nullptr;  // as maps, or null
  const float* bias = nullptr;   // (channels), or null
  const int* widths = nullptr;   // (batch)
};

// The same arrays with their numbers' type.
template <class Number>
EpilogueArrays<Number> typed(const EpilogueArrays<void>& in) {
  EpilogueArrays<Number> to;
  to.batch = in.batch, to.rows = in.rows, to.columns = in.columns, to.channels = in.channels;
  to.relu = in.relu;
  to.maps = static_cast<Number*>(in.maps), to.skip = static_cast<const Number*>(in.skip);
  to.bias = in.bias, to.widths = in.widths;
  return to;
}

// Numbers that one instruction loads or stores.
template <class Number, int kCount>
struct alignas(sizeof(Number) * kCount) NumberPack {
  Number numbers[kCount];
};

// Channels of a thread: 16 bytes of them where a pixel's channels come in such packs.
template <class Number>
inline constexpr int kEpilogueChannels = 16 / static_cast<int>(sizeof(Number));

// The `part`-th kCount channels of a row of pixels; row counts over the batch.
template <int kCount, class Number>
OCRBATCH_PER_THREAD void convolution_epilogue_thread(const EpilogueArrays<Number>& in, int64_t row,
                                                     int part) {
  using Pack = NumberPack<Number, kCount>;
  const int parts = in.channels / kCount, column = part / parts, channel = part % parts * kCount;
  const int64_t at = (row * in.columns + column) * in.channels + channel;
  Pack pack = {};
  if (column < in.widths[row / in.rows]) {
    pack = *reinterpret_cast<const Pack*>(in.maps + at);
    Pack skip = {};
    if (in.skip != nullptr) skip = *reinterpret_cast<const Pack*>(in.skip + at);
    OCRBATCH_UNROLL
    for (int i = 0; i < kCount; ++i) {
      float value = static_cast<float>(pack.numbers[i]);
      if (in.bias != nullptr) value += in.bias[channel + i];
      if (in.skip != nullptr) value += static_cast<float>(skip.numbers[i]);
      // Not a number stays what it is, as LibTorch's ReLU leaves it.
      pack.numbers[i] = static_cast<Number>(in.relu && value < 0 ? 0.0F : value);
    }
  }
  *reinterpret_cast<Pack*>(in.maps + at) = pack;
}

}  // namespace ocrbatch::kernels
