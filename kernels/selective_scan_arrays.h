// What the selective scan's CUDA kernels read and write. Shapes and meaning as in selective_scan.h.
#pragma once

#include <cstdint>

#include "kernels/per_thread.h"

namespace ocrbatch::kernels {

inline constexpr int kMaxStates = 64;

// Steps that the kernels take at a time. The forward pass leaves the state before every kScanSteps-th step to
// the backward pass, which computes those between once more.
inline constexpr int kScanSteps = 8;

// Rows of a line in the order in which its scan walks over them.
struct ScanRows {
  int64_t first = 0, step = 1, length = 0;

  OCRBATCH_PER_THREAD int64_t operator[](int64_t i) const { return first + i * step; }
};

// All on one device. Number: float, or a half-precision type of the device's or of LibTorch's; what is
// computed, and what lines share, is float32. Rows of B, C and z may lie apart, as those of slices do.
template <class Number>
struct ScanArrays {
  // Packed lines have no padding, and `steps` is the longest one's.
  int64_t batch = 0, steps = 0, channels = 0;
  int states = 0;
  int rates = 0;  // states, or 1 where A is tied
  bool softplus = true, reverse = false, packed = false;
  const Number* u = nullptr;                         // (batch, steps, channels)
  const Number* delta = nullptr;                     // (batch, steps, channels)
  const float* A = nullptr;                          // (channels, rates)
  const Number* B = nullptr;                         // (batch, steps, states)
  const Number* C = nullptr;                         // (batch, steps, states)
  const float* D = nullptr;                          // (channels)
  const Number* z = nullptr;                         // (batch, steps, channels) or null
  int64_t B_stride = 0, C_stride = 0, z_stride = 0;  // numbers from one row to the next
  const float* delta_bias = nullptr;                 // (channels) or null
  const int* lengths = nullptr;                      // (batch)
  const int* first_rows = nullptr;  // (batch): where a line begins; rows are (batch, steps) or packed

  OCRBATCH_PER_THREAD ScanRows rows_of(int64_t item) const {
    const int64_t length = lengths[item], first = first_rows[item];
    return reverse ? ScanRows{first + length - 1, -1, length} : ScanRows{first, 1, length};
  }
  // Rows of an item at and beyond its length: [padding_begin, padding_end).
  OCRBATCH_PER_THREAD int64_t padding_begin(int64_t item) const { return first_rows[item] + lengths[item]; }
  OCRBATCH_PER_THREAD int64_t padding_end(int64_t item) const {
    return packed ? padding_begin(item) : first_rows[item] + steps;
  }
  // Where the state before an item's step k * kScanSteps is kept: (checkpoint_count(rows), states, channels).
  OCRBATCH_PER_THREAD int64_t checkpoint(int64_t item, int64_t k) const {
    return first_rows[item] / kScanSteps + item + k;
  }
  int64_t checkpoint_count(int64_t rows) const { return rows / kScanSteps + batch; }
};

// Rows of the shared parameters' gradients belong to one batch item, those of B and C to one warp, to be
// added up in order, so that the result does not depend on the order in which blocks run. All contiguous,
// every element written.
template <class Number>
struct ScanGradientArrays {
  Number* u = nullptr;          // (batch, steps, channels), zero at and beyond each length
  Number* delta = nullptr;      // (batch, steps, channels), likewise
  float* A = nullptr;           // (batch, channels, rates)
  float* BC = nullptr;          // (warps, rows, 2, states): of B and then of C
  float* D = nullptr;           // (batch, channels)
  Number* z = nullptr;          // (batch, steps, channels) or null
  float* delta_bias = nullptr;  // (batch, channels)
  int64_t rows = 0;             // of all lines
};

// One scan forward. `checkpoints` is null where no backward pass follows.
template <class Number>
struct ScanForward {
  ScanArrays<Number> in;
  Number* out = nullptr;  // (batch, steps, channels), zero at and beyond each length
  float* checkpoints = nullptr;
};

// One scan backward.
template <class Number>
struct ScanBackward {
  ScanArrays<Number> in;
  const float* checkpoints = nullptr;
  const Number* grad_out = nullptr;  // (batch, steps, channels)
  ScanGradientArrays<Number> grad;
};

// The same arrays with their numbers' type.
template <class Number>
ScanArrays<Number> typed(const ScanArrays<void>& in) {
  const auto numbers = [](const void* data) { return static_cast<const Number*>(data); };
  ScanArrays<Number> to;
  to.batch = in.batch, to.steps = in.steps, to.channels = in.channels, to.states = in.states,
  to.rates = in.rates;
  to.softplus = in.softplus, to.reverse = in.reverse, to.packed = in.packed;
  to.u = numbers(in.u), to.delta = numbers(in.delta), to.B = numbers(in.B), to.C = numbers(in.C);
  to.z = numbers(in.z), to.A = in.A, to.D = in.D, to.delta_bias = in.delta_bias;
  to.B_stride = in.B_stride, to.C_stride = in.C_stride, to.z_stride = in.z_stride;
  to.lengths = in.lengths, to.first_rows = in.first_rows;
  return to;
}

template <class Number>
ScanForward<Number> typed(const ScanForward<void>& scan) {
  return {typed<Number>(scan.in), static_cast<Number*>(scan.out), scan.checkpoints};
}

template <class Number>
ScanBackward<Number> typed(const ScanBackward<void>& scan) {
  const auto numbers = [](void* data) { return static_cast<Number*>(data); };
  ScanGradientArrays<Number> grad;
  grad.u = numbers(scan.grad.u), grad.delta = numbers(scan.grad.delta), grad.z = numbers(scan.grad.z);
  grad.A = scan.grad.A, grad.BC = scan.grad.BC, grad.D = scan.grad.D;
  grad.delta_bias = scan.grad.delta_bias, grad.rows = scan.grad.rows;
  return {typed<Number>(scan.in), scan.checkpoints, static_cast<const Number*>(scan.grad_out), grad};
}

}  // namespace ocrbatch::kernels
