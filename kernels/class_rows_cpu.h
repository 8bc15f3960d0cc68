// Rows of numbers, one for each class, as a CTC beam search looks at them; on raw arrays.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

// log(softmax(x)) of each row: x - log(sum of exp(x)), to 2e-6 beside its own size. `classes` is 1 or more.
// What is not a number stays none, and so does a row whose largest number is infinite.
void log_softmax_rows_cpu(const float* x, std::int64_t rows, std::int64_t classes, float* to);

// The columns, in their order, whose number is above `limit`. `found` has room for all; returns how many.
std::int64_t columns_above_cpu(const float* row, std::int64_t columns, float limit, int* found);

}  // namespace ocrbatch::kernels
