// Sizes that Winograd's convolutions are tested with.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace ocrbatch::kernels {

struct WinogradShape {
  std::int64_t in, out, height, columns;
  std::vector<int> widths;
};

inline const std::vector<WinogradShape> kWinogradShapes = {
    {1, 1, 1, 1, {1}},                // nothing but a border
    {16, 16, 4, 4, {4}},              // one whole tile
    {8, 24, 5, 9, {9, 8, 7, 1, 0}},   // odd sizes, empty image
    {3, 17, 10, 6, {6, 6}},           // no multiples of the lanes
    {48, 48, 8, 61, {61, 60}},        // three vectors of channels
    {64, 64, 8, 130, {130, 77, 3}},   // more tiles than one group
    {96, 96, 4, 160, {1, 159, 160}},  // as in the default model
    {4, 4, 3, 5, {}},                 // empty batch
};

inline torch::Tensor channels_last(const torch::Tensor& maps) {
  return maps.contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace ocrbatch::kernels
