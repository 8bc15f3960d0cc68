// Weights of 8 bits with a scale for each output, laid out for int8_rows().
#pragma once

#include <ATen/ATen.h>

#include "kernels/column_block.h"
#include "kernels/int8_rows.h"

namespace ocrbatch::kernels {

struct Int8Weights {
  at::Tensor values;  // (columns padded to 16 / 16, depth / 4, 16, 4) int8
  at::Tensor scales;  // (columns padded to 16) float32
};

// weight (out, depth) float32, depth a multiple of four.
inline Int8Weights make_int8_weights(const at::Tensor& weight) {
  const int64_t out = weight.size(0), blocks = column_blocks(out);
  const at::Tensor padded =
      at::constant_pad_nd(weight.detach().to(at::kFloat), {0, 0, 0, blocks * kBlockColumns - out});
  Int8Weights made;
  made.scales = weight.size(1) > 0 ? padded.abs().amax(1) / int8_weight_limit() : at::zeros({padded.size(0)});
  const at::Tensor divisors = made.scales.masked_fill(made.scales == 0, 1).unsqueeze(1);
  made.values = at::round(padded / divisors)
                    .to(at::kChar)
                    .view({blocks, kBlockColumns, weight.size(1) / kBytesAtOnce, kBytesAtOnce})
                    .transpose(1, 2)
                    .contiguous();
  return made;
}

inline at::Tensor pad_columns(const at::Tensor& bias, int64_t out) {
  at::Tensor padded = at::zeros({column_blocks(out) * kBlockColumns}, at::kFloat);
  if (bias.defined()) padded.slice(0, 0, out).copy_(bias.detach());
  return padded;
}

}  // namespace ocrbatch::kernels
