#include <algorithm>
#include <cmath>

#include "kernels/column_block.h"
#include "kernels/int8_rows.h"

namespace ocrbatch::kernels {

void int8_rows_ref(const Int8Rows& x, float* to) {
  const std::int64_t depth = x.runs * x.run_quads;
  for (std::int64_t row = 0; row < x.rows; ++row) {
    for (std::int64_t n = 0; n < x.columns; ++n) {
      const std::int8_t* weights =
          x.weights + (n / kBlockColumns * depth * kBlockColumns + n % kBlockColumns) * kBytesAtOnce;
      std::int32_t sum = x.offsets != nullptr ? x.offsets[n] : 0;
      for (std::int64_t run = 0; run < x.runs; ++run) {
        const std::uint8_t* from = x.bytes + row * x.row_stride + run * x.run_stride;
        for (std::int64_t quad = 0; quad < x.run_quads; ++quad, weights += kBlockColumns * kBytesAtOnce)
          for (std::int64_t i = 0; i < kBytesAtOnce; ++i) sum += *from++ * weights[i];
      }
      float value = static_cast<float>(sum) * (x.row_scales[x.one_row_scale ? 0 : row] * x.column_scales[n]) +
                    x.bias[n];
      if (x.skip != nullptr) value += x.skip[row * x.columns + n];
      to[row * x.columns + n] = x.relu ? std::max(value, 0.0F) : value;
    }
  }
}

}  // namespace ocrbatch::kernels
