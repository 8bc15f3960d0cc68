// What Winograd's convolutions are given, checked.
#pragma once

#include <ATen/ATen.h>

#include "kernels/check.h"
#include "kernels/winograd_tiles.h"

namespace ocrbatch::kernels {

struct WinogradArguments {
  at::Tensor maps, skip;  // channels last; skip may be undefined
  WinogradResult result;  // points into skip, and into the widths and the bias that were given
};

// maps (batch, in, H, W) float32; widths (batch) int32, 0 to W; skip (batch, out, H, W) or undefined; bias of
// `out` padded to 16. Throws c10::Error.
inline WinogradArguments winograd_arguments(const char* op, std::int64_t in, std::int64_t out,
                                            const at::Tensor& bias, const at::Tensor& maps,
                                            const at::Tensor& widths, const at::Tensor& skip, bool relu) {
  TORCH_CHECK(maps.dim() == 4 && maps.size(1) == in && maps.scalar_type() == at::kFloat && maps.is_cpu(), op,
              ": maps should be (batch, ", in, ", height, columns) float32 on the CPU, got ", maps.sizes(),
              " ", maps.scalar_type());
  WinogradArguments made;
  made.maps = maps.contiguous(at::MemoryFormat::ChannelsLast);
  WinogradResult& result = made.result;
  result.batch = maps.size(0), result.height = maps.size(2), result.columns = maps.size(3);
  result.out = out, result.relu = relu, result.bias = bias.const_data_ptr<float>();
  check_lengths(op, widths, result.batch, result.columns, "widths");
  result.widths = widths.const_data_ptr<int>();
  if (skip.defined()) {
    check_shape(op, "skip", skip, {result.batch, out, result.height, result.columns});
    made.skip = skip.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
    result.skip = made.skip.const_data_ptr<float>();
  }
  return made;
}

// (batch, out, H, W) float32, channels last, not yet filled.
inline at::Tensor winograd_output(const WinogradArguments& arguments) {
  const WinogradResult& result = arguments.result;
  return at::empty({result.batch, result.out, result.height, result.columns},
                   arguments.maps.options().memory_format(at::MemoryFormat::ChannelsLast));
}

}  // namespace ocrbatch::kernels
