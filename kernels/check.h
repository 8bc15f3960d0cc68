// Checks at the entry of every kernel: what was expected and what was given.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

namespace ocrbatch::kernels {

inline void check_shape(const char* op, const char* name, const at::Tensor& tensor,
                        at::IntArrayRef expected) {
  TORCH_CHECK(tensor.defined() && tensor.sizes() == expected, op, ": ", name, " should be ", expected,
              ", got ", tensor.defined() ? tensor.sizes() : at::IntArrayRef{});
  TORCH_CHECK(tensor.is_floating_point(), op, ": ", name, " should be floating-point, got ",
              tensor.scalar_type());
}

// (batch) int32 on the CPU, each in 0 .. steps.
inline void check_lengths(const char* op, const at::Tensor& lengths, int64_t batch, int64_t steps,
                          const char* name = "lengths") {
  TORCH_CHECK(lengths.defined() && lengths.is_cpu() && lengths.scalar_type() == at::kInt &&
                  lengths.is_contiguous() && lengths.dim() == 1 && lengths.size(0) == batch,
              op, ": ", name, " should be ", batch, " int32 on the CPU");
  for (int64_t b = 0; b < batch; ++b) {
    const int length = lengths.const_data_ptr<int>()[b];
    TORCH_CHECK(length >= 0 && length <= steps, op, ": ", name, "[", b, "] should be 0 to ", steps, ", got ",
                length);
  }
}

// Undefined, or (2, batch) int32 where x is; defined where `lengths` is not.
inline void check_places(const char* op, const at::Tensor& places, const at::Tensor& lengths,
                         const at::Tensor& x, int64_t batch) {
  TORCH_CHECK(places.defined() || lengths.defined(), op, ": neither lengths nor places");
  TORCH_CHECK(!places.defined() || (places.device() == x.device() && places.scalar_type() == at::kInt &&
                                    places.is_contiguous() && places.sizes() == at::IntArrayRef{2, batch}),
              op, ": places should be (2, ", batch, ") int32 on ", x.device());
}

}  // namespace ocrbatch::kernels
