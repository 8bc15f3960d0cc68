// The vectorized CPU selective scan on raw float32 arrays: one lane a channel, states in registers, the
// widest instruction set of the running CPU chosen at run time (Highway). Shapes and meaning as in
// selective_scan.h.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

// Row-major. `padded` is `channels` rounded up to a multiple of kScanPadding. Arrays over channels that
// several lines share (A_t, D, delta_bias) are padded with zeros, so whole vectors may be loaded.
inline constexpr int64_t kScanPadding = 16;

// Whether exponentials are faster by the instructions that AVX-512 has for fractions and powers of two:
// measured on Intel's processors, where each is one operation; on others not yet.
bool scaling_is_fast();

struct ScanLine {  // one batch item
  int64_t length = 0, channels = 0, padded = 0, states = 0;
  int64_t rates = 0;  // states, or 1 where A is tied
  bool softplus = true, reverse = false;
  const float* u = nullptr;      // (length, channels)
  const float* delta = nullptr;  // (length, channels)
  const float* A_t = nullptr;    // (rates, padded): A transposed
  const float* B = nullptr;      // (length, states), rows B_stride apart
  const float* C = nullptr;      // (length, states), rows C_stride apart
  const float* D = nullptr;      // (padded)
  const float* z = nullptr;      // (length, channels), rows z_stride apart, or null
  int64_t B_stride = 0, C_stride = 0, z_stride = 0;
  bool gates_sum = false;             // z is the gate of what `add` adds to as well
  const float* delta_bias = nullptr;  // (padded)
  bool by_scaling = scaling_is_fast();
};

// out (length, channels) is written, or added to with `add`; the gate, in line.gates_sum, comes after that.
void scan_forward_cpu(const ScanLine& line, float* out, bool add = false);

struct ScanLineGradients {
  float* u = nullptr;           // (length, channels)
  float* delta = nullptr;       // (length, channels)
  float* A_t = nullptr;         // (rates, padded), added to
  float* B = nullptr;           // (length, states)
  float* C = nullptr;           // (length, states)
  float* D = nullptr;           // (padded), added to
  float* z = nullptr;           // (length, channels) or null
  float* delta_bias = nullptr;  // (padded), added to
};

// `grad_out` is (length, channels). Recomputes the forward states into a scratch buffer that stays in the L2
// cache for text-line lengths, so that nothing but the inputs has to be kept from the forward pass.
void scan_backward_cpu(const ScanLine& line, const float* grad_out, const ScanLineGradients& gradients);

}  // namespace ocrbatch::kernels
