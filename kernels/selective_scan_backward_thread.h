// The selective scan backward as a warp of CUDA threads runs it (block.h): 32 neighbouring channels of one
// batch item, a thread each. From the last steps to the first, kScanSteps at a time: their states once more
// from the forward pass' checkpoint, then their gradients. Compiled for the CPU as well, where the tests hold
// it to the CPU kernel.
#pragma once

#include "kernels/selective_scan_tile.h"

namespace ocrbatch::kernels {

// Shared memory in which the lanes' shares of dB and dC meet: as many steps at a time as make a sum for each
// lane. Lanes read their rows four numbers at a time; the four beyond a warp keep those in different banks.
template <int kCapacity>
struct alignas(16) ScanChannelSums {
  static constexpr int kNumbers = 2 * kCapacity;  // of a step
  static constexpr int kSteps = kNumbers < kWarpThreads ? kWarpThreads / kNumbers : 1;
  static constexpr int kRows = kSteps * kNumbers;
  static_assert(kScanSteps % kSteps == 0 && kRows % kWarpThreads == 0);
  float shares[kRows][kWarpThreads + 4];

  OCRBATCH_PER_THREAD float sum(int row) const {
    float sums[4] = {};
    for (int lane = 0; lane < kWarpThreads; lane += 4)
      for (int i = 0; i < 4; ++i) sums[i] += shares[row][lane + i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
};

template <int kCapacity>
struct ScanBackwardMemory {
  ScanTile<kCapacity> tile;
  ScanChannelSums<kCapacity> sums;
};

// Steps in a row of code: all, where registers hold their states, and one where these are too many for that.
template <int kCapacity>
inline constexpr int kScanUnrolled = kCapacity <= 16 ? kScanSteps : 1;

// A lane's own, from the last step to the first.
template <int kCapacity, int kRates, class Number>
struct ScanBackwardLane {
  ScanChannel<kCapacity, kRates> channel;
  float carry[kCapacity] = {};  // decay * dh of the step behind
  float sum_A[kRates] = {}, sum_D = 0, sum_bias = 0;
  // Of the steps at hand.
  ScanStreams<Number> streams;
  Number grad_out[kScanSteps] = {};
  float dt[kScanSteps] = {}, before[kScanSteps][kCapacity] = {};

  OCRBATCH_PER_THREAD void load(const ScanBackward<Number>& scan, const ScanRows& rows, int64_t item,
                                int64_t first) {
    const ScanArrays<Number>& in = scan.in;
    streams.load(in, rows, first, channel.index);
    if (!channel.exists) return;
    OCRBATCH_UNROLL
    for (int j = 0; j < kScanSteps; ++j)
      if (first + j < rows.length) grad_out[j] = scan.grad_out[rows[first + j] * in.channels + channel.index];
    const float* from =
        scan.checkpoints + in.checkpoint(item, first / kScanSteps) * in.states * in.channels + channel.index;
    OCRBATCH_UNROLL
    for (int n = 0; n < kCapacity; ++n, from += in.channels)
      if (n < in.states) before[0][n] = *from;
  }

  OCRBATCH_PER_THREAD void compute_states(const ScanArrays<Number>& in, const ScanTile<kCapacity>& tile) {
    OCRBATCH_UNROLL_BY(kScanUnrolled<kCapacity>)
    for (int j = 0; j < kScanSteps; ++j) {
      dt[j] = channel.step_size(in, streams.delta[j]);
      if (j + 1 == kScanSteps) break;
      OCRBATCH_UNROLL
      for (int n = 0; n < kCapacity; ++n) before[j + 1][n] = before[j][n];
      channel.advance(before[j + 1], dt[j], dt[j] * static_cast<float>(streams.u[j]), tile.B[j]);
    }
  }

  // Step j, which is of that row; add(n, dB, dC) takes the channel's share of those.
  template <class Add>
  OCRBATCH_PER_THREAD void step(const ScanBackward<Number>& scan, const ScanTile<kCapacity>& tile, int j,
                                int64_t row, const Add& add) {
    const ScanArrays<Number>& in = scan.in;
    const ScanGradientArrays<Number>& grad = scan.grad;
    const int64_t at = row * in.channels + channel.index;
    const float u = static_cast<float>(streams.u[j]), input = dt[j] * u;
    const float grad_y = static_cast<float>(grad_out[j]), z = static_cast<float>(streams.z[j]),
                gate = in.z != nullptr ? quick_sigmoid(z) : 0.0F;
    const float dy = in.z != nullptr ? grad_y * z * gate : grad_y;
    const ScanVector<kCapacity> B = tile.B[j], C = tile.C[j];
    const typename ScanChannel<kCapacity, kRates>::Decays decays(channel, dt[j]);
    float y = channel.D * u, du = 0, ddt = 0;
    OCRBATCH_UNROLL
    for (int n = 0; n < kCapacity; ++n) {
      const float decayed = decays[n], state = decayed * before[j][n] + input * B.n[n];
      const float dh = dy * C.n[n] + carry[n];
      carry[n] = decayed * dh;
      const float through_decay = carry[n] * before[j][n];
      y += C.n[n] * state;
      du += dh * B.n[n];
      ddt += through_decay * channel.A[n % kRates];
      sum_A[n % kRates] += through_decay * dt[j];
      add(n, dh * input, dy * state);
    }
    ddt = ddt * kLn2 + du * u;  // A has log2(e) in it
    if (in.softplus) ddt *= quick_sigmoid(static_cast<float>(streams.delta[j]) + channel.delta_bias);
    sum_D += dy * u;
    sum_bias += ddt;
    if (!channel.exists) return;
    grad.u[at] = static_cast<Number>(du * dt[j] + channel.D * dy);
    grad.delta[at] = static_cast<Number>(ddt);
    if (in.z != nullptr) grad.z[at] = static_cast<Number>(grad_y * y * gate * (1.0F + z * (1.0F - gate)));
  }

  OCRBATCH_PER_THREAD void store_sums(const ScanBackward<Number>& scan, int64_t item) const {
    if (!channel.exists) return;
    const int64_t at = item * scan.in.channels + channel.index;
    OCRBATCH_UNROLL
    for (int n = 0; n < kRates; ++n)
      if (n < scan.in.rates) scan.grad.A[at * scan.in.rates + n] = sum_A[n];
    scan.grad.D[at] = sum_D;
    scan.grad.delta_bias[at] = sum_bias;
  }

  OCRBATCH_PER_THREAD void store_padding(const ScanBackward<Number>& scan, int64_t item) const {
    if (!channel.exists) return;
    for (int64_t row = scan.in.padding_begin(item); row < scan.in.padding_end(item); ++row) {
      const int64_t at = row * scan.in.channels + channel.index;
      scan.grad.u[at] = scan.grad.delta[at] = static_cast<Number>(0.0F);
      if (scan.in.z != nullptr) scan.grad.z[at] = static_cast<Number>(0.0F);
    }
  }
};

// Writes the channels' columns of the item, and the item's rows of the warp's sums of dB and dC. kRates as
// forward.
template <int kCapacity, int kRates, class Block, class Number>
OCRBATCH_BLOCK_CODE void scan_backward_warp(const Block& warp, const ScanBackward<Number>& scan, int64_t item,
                                            int64_t first_channel, ScanBackwardMemory<kCapacity>& memory) {
  using Sums = ScanChannelSums<kCapacity>;
  const ScanArrays<Number>& in = scan.in;
  const ScanRows rows = in.rows_of(item);
  float* const grad_BC = scan.grad.BC + first_channel / kWarpThreads * scan.grad.rows * 2 * in.states;
  typename Block::template Own<ScanBackwardLane<kCapacity, kRates, Number>> owns(warp);
  warp.run([&](int lane) { owns[lane].channel.load(in, first_channel + lane); });
  const int64_t tiles = (rows.length + kScanSteps - 1) / kScanSteps;
  for (int64_t first = (tiles - 1) * kScanSteps; first >= 0; first -= kScanSteps) {
    warp.run([&](int lane) {
      owns[lane].load(scan, rows, item, first);
      ScanTileShare<kCapacity, Number>(in, rows, first, lane).store(memory.tile, lane);
    });
    warp.run([&](int lane) { owns[lane].compute_states(in, memory.tile); });
    OCRBATCH_UNROLL_BY(kScanUnrolled<kCapacity>)
    for (int group = kScanSteps - Sums::kSteps; group >= 0; group -= Sums::kSteps) {
      warp.run([&](int lane) {
        OCRBATCH_UNROLL
        for (int k = Sums::kSteps - 1; k >= 0; --k) {
          if (first + group + k >= rows.length) continue;
          auto* const shares = memory.sums.shares + k * Sums::kNumbers;
          owns[lane].step(scan, memory.tile, group + k, rows[first + group + k],
                          [&](int n, float dB, float dC) {
                            shares[n][lane] = dB;
                            shares[kCapacity + n][lane] = dC;
                          });
        }
      });
      warp.run([&](int lane) {
        OCRBATCH_UNROLL
        for (int round = 0; round < Sums::kRows / kWarpThreads; ++round) {
          const int k = round * kWarpThreads + lane;
          const int64_t i = first + group + k / Sums::kNumbers;
          const int n = k % kCapacity, of_C = k / kCapacity % 2;
          if (i < rows.length && n < in.states)
            grad_BC[(rows[i] * 2 + of_C) * in.states + n] = memory.sums.sum(k);
        }
      });
    }
  }
  warp.run([&](int lane) {
    owns[lane].store_sums(scan, item);
    owns[lane].store_padding(scan, item);
    const int64_t begin = in.padding_begin(item) * 2 * in.states, end = in.padding_end(item) * 2 * in.states;
    for (int64_t i = begin + lane; i < end; i += kWarpThreads) grad_BC[i] = 0;
  });
}

}  // namespace ocrbatch::kernels
