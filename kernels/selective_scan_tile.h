// Time steps of a line as a warp of the selective scan has them at hand: B and C, which all channels need, in
// shared memory; a channel's own numbers in its thread's registers. kScanSteps of either are read at once, so
// that many loads are under way together.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/block.h"
#include "kernels/device_math.h"
#include "kernels/selective_scan_arrays.h"

namespace ocrbatch::kernels {

// A number a state. Copies of it are loads of four numbers each.
template <int kCapacity>
struct alignas(16) ScanVector {
  float n[kCapacity];
};

// Zero beyond the line and its states, so that loops over the capacity need no condition.
template <int kCapacity>
struct ScanTile {
  static constexpr int kNumbers = kScanSteps * 2 * kCapacity;
  ScanVector<kCapacity> B[kScanSteps], C[kScanSteps];
};

// The part of a tile that a lane reads. Loading and storing are apart for other work to go on between.
template <int kCapacity, class Number>
struct ScanTileShare {
  static constexpr int kShare = (ScanTile<kCapacity>::kNumbers + kWarpThreads - 1) / kWarpThreads;
  Number numbers[kShare] = {};

  // Where a lane's k-th number belongs: neighbouring lanes have neighbouring states of a step.
  struct Place {
    int n, step;
    bool is_C;
    OCRBATCH_PER_THREAD Place(int k, int lane) {
      const int place = k * kWarpThreads + lane;
      n = place % kCapacity;
      is_C = place / kCapacity % 2 != 0;
      step = place / (2 * kCapacity);
    }
  };

  // The tile of the steps from `first` on.
  OCRBATCH_PER_THREAD ScanTileShare(const ScanArrays<Number>& in, const ScanRows& rows, int64_t first,
                                    int lane) {
    OCRBATCH_UNROLL
    for (int k = 0; k < kShare; ++k) {
      const Place place(k, lane);
      if (place.step >= kScanSteps || place.n >= in.states || first + place.step >= rows.length) continue;
      const int64_t row = rows[first + place.step];
      numbers[k] = place.is_C ? in.C[row * in.C_stride + place.n] : in.B[row * in.B_stride + place.n];
    }
  }
  OCRBATCH_PER_THREAD void store(ScanTile<kCapacity>& tile, int lane) const {
    OCRBATCH_UNROLL
    for (int k = 0; k < kShare; ++k) {
      const Place place(k, lane);
      if (place.step >= kScanSteps) continue;
      (place.is_C ? tile.C : tile.B)[place.step].n[place.n] = static_cast<float>(numbers[k]);
    }
  }
};

// A channel's numbers of some steps, as they lie in memory; zero beyond the line and its channels.
template <class Number>
struct ScanStreams {
  Number u[kScanSteps] = {}, delta[kScanSteps] = {}, z[kScanSteps] = {};

  OCRBATCH_PER_THREAD void load(const ScanArrays<Number>& in, const ScanRows& rows, int64_t first,
                                int64_t channel) {
    // Places go up step by step: a product of 64 bits for each would cost as much as the scan.
    int64_t at = rows[first] * in.channels + channel, z_at = rows[first] * in.z_stride + channel;
    OCRBATCH_UNROLL
    for (int j = 0; j < kScanSteps; ++j) {
      const bool exists = channel < in.channels && first + j < rows.length;
      u[j] = exists ? in.u[at] : Number{};
      delta[j] = exists ? in.delta[at] : Number{};
      z[j] = exists && in.z != nullptr ? in.z[z_at] : Number{};
      at += rows.step * in.channels;
      z_at += rows.step * in.z_stride;
    }
  }
};

// What a channel has for all steps. A is multiplied by log2(e): exp(dt * A) is then one product and one exp2.
// A tied one has kRates = 1 and one exp2 a step, otherwise kRates is kCapacity.
template <int kCapacity, int kRates>
struct ScanChannel {
  static_assert(kRates == 1 || kRates == kCapacity);
  int64_t index = 0;
  bool exists = false;  // the last warp's lanes may reach beyond the channels
  float A[kRates] = {}, D = 0, delta_bias = 0;

  template <class Number>
  OCRBATCH_PER_THREAD void load(const ScanArrays<Number>& in, int64_t channel) {
    index = channel;
    exists = channel < in.channels;
    if (!exists) return;
    OCRBATCH_UNROLL
    for (int n = 0; n < kRates; ++n)
      if (n < in.rates) A[n] = in.A[channel * in.rates + n] * kLog2E;
    D = in.D[channel];
    if (in.delta_bias != nullptr) delta_bias = in.delta_bias[channel];
  }

  // Of a small step every bit counts: log1pf, and no logarithm of a sum that has lost them.
  template <class Number>
  OCRBATCH_PER_THREAD float step_size(const ScanArrays<Number>& in, Number delta) const {
    const float x = static_cast<float>(delta) + delta_bias;
    return in.softplus ? fmaxf(x, 0.0F) + log1pf(quick_exp(-fabsf(x))) : x;
  }

  // exp(dt * A) of the states of a step.
  struct Decays {
    const ScanChannel& channel;
    float dt, shared;
    OCRBATCH_PER_THREAD Decays(const ScanChannel& of, float step)
        : channel(of), dt(step), shared(kRates == 1 ? quick_exp2(step * of.A[0]) : 0.0F) {}
    OCRBATCH_PER_THREAD float operator[](int n) const {
      return kRates == 1 ? shared : quick_exp2(dt * channel.A[n % kRates]);
    }
  };

  // Moves the state over a step of size dt with the given dt * u.
  OCRBATCH_PER_THREAD void advance(float* state, float dt, float input,
                                   const ScanVector<kCapacity>& B) const {
    const ScanVector<kCapacity> b = B;
    const Decays decays(*this, dt);
    OCRBATCH_UNROLL
    for (int n = 0; n < kCapacity; ++n) state[n] = decays[n] * state[n] + input * b.n[n];
  }
};

}  // namespace ocrbatch::kernels
