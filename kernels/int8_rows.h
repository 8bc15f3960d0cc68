// Products of bytes, which int8_linear and int8_convolution have in common, on raw arrays.
//
// A row of the result is sum over k of bytes[k] * weights[column][k], exactly, in 32 bits; the bytes of a row
// are some runs of the same length that lie apart: one run for a linear layer, one for each of its kernel's
// rows for a convolution.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

inline constexpr std::int64_t kBytesAtOnce = 4;  // of a row, by each lane of a vector

struct Int8Rows {
  std::int64_t rows = 0;
  std::int64_t runs = 1;
  std::int64_t run_quads = 0;            // length of a run in groups of four bytes
  std::int64_t run_stride = 0;           // bytes from one run of a row to its next
  std::int64_t row_stride = 0;           // bytes from a row's first run to the next row's
  const std::uint8_t* bytes = nullptr;   // of the first row
  const std::int8_t* weights = nullptr;  // (columns padded to 16 / 16, runs * run_quads, 16, 4)
  // What becomes of a sum: (sum + offset of the column) * scale of the row * scale of the column + bias.
  const std::int32_t* offsets = nullptr;  // (columns padded), or null: zeros
  const float* row_scales = nullptr;      // (rows), or one for all
  bool one_row_scale = false;
  const float* column_scales = nullptr;  // (columns padded)
  const float* bias = nullptr;           // (columns padded)
  const float* skip = nullptr;           // (rows, columns) or null: added; apart from the result
  bool relu = false;
  std::int64_t columns = 0;  // not padded
};

// How many times as fast as float32 this processor multiplies bytes: 4 with AVX-512 VNNI, 2 with AVX2, else
// 1, where int8_rows() is slow.
int int8_speedup();

// The largest |weight| that int8_rows() takes: 127, or 63 where two products are summed in 16 bits (AVX2).
int int8_weight_limit();

void int8_rows(const Int8Rows& rows, float* to /* (rows, columns) */);

// The same by its definition.
void int8_rows_ref(const Int8Rows& rows, float* to);

}  // namespace ocrbatch::kernels
