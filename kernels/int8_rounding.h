// Numbers of 32 bits as bytes for int8_rows(), symmetric uniform quantization of arXiv 2106.08295, section 2.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

// The largest of some numbers, or 0 where that is more; the same of their absolute values.
float largest(const float* x, std::int64_t count);
float largest_absolute(const float* x, std::int64_t count);

// round(x * factor) + middle, within 0 and 255; halves go to the even number.
void to_bytes(const float* x, std::int64_t count, float factor, int middle, std::uint8_t* to);

}  // namespace ocrbatch::kernels
