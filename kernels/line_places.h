// Where kernels on a CUDA device find the lines of a batch.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/line_rows.h"

namespace ocrbatch::kernels {

// The lines' lengths and first rows (LineRows), (2, batch) int32 on x's device. The CPU does not wait for the
// device: the numbers are copied from pinned memory. Undefined where x is on the CPU, whose kernels read the
// lengths as they are.
at::Tensor line_places(const LineRows& lines, const at::Tensor& x, const at::Tensor& lengths);

// For lines x of either form, to be shared by all calls that get them. Lengths that lie on x's device are not
// read by the CPU, nor checked: the same work serves any, so that a CUDA graph may repeat it. x is padded
// then.
at::Tensor line_places(const at::Tensor& x, const at::Tensor& lengths);

}  // namespace ocrbatch::kernels
