// The selective scan forward as a warp of CUDA threads runs it (block.h): 32 neighbouring channels of one
// batch item, a thread each, the states in registers. Compiled for the CPU as well, where the tests hold it
// to the reference.
#pragma once

#include "kernels/selective_scan_tile.h"

namespace ocrbatch::kernels {

template <int kCapacity, int kRates, class Number>
struct ScanForwardLane {
  ScanChannel<kCapacity, kRates> channel;
  float state[kCapacity] = {};
  ScanStreams<Number> ahead;  // of the steps that come next
};

// `tiles` are two, in shared memory. Writes the channels' columns of the item. kRates: 1 where A is tied,
// otherwise kCapacity.
template <int kCapacity, int kRates, class Block, class Number>
OCRBATCH_BLOCK_CODE void scan_forward_warp(const Block& warp, const ScanForward<Number>& scan, int64_t item,
                                           int64_t first_channel, ScanTile<kCapacity>* tiles) {
  const ScanArrays<Number>& in = scan.in;
  const ScanRows rows = in.rows_of(item);
  typename Block::template Own<ScanForwardLane<kCapacity, kRates, Number>> owns(warp);
  warp.run([&](int lane) {
    owns[lane].channel.load(in, first_channel + lane);
    owns[lane].ahead.load(in, rows, 0, first_channel + lane);
    ScanTileShare<kCapacity, Number>(in, rows, 0, lane).store(tiles[0], lane);
  });
  for (int64_t first = 0; first < rows.length; first += kScanSteps) {
    const int64_t k = first / kScanSteps;
    const ScanTile<kCapacity>& tile = tiles[k % 2];
    ScanTile<kCapacity>& next_tile = tiles[(k + 1) % 2];
    warp.run([&](int lane) {
      ScanForwardLane<kCapacity, kRates, Number>& own = owns[lane];
      const ScanChannel<kCapacity, kRates>& channel = own.channel;
      // Loads for the next steps first, which arrive while these are computed.
      const ScanStreams<Number> now = own.ahead;
      own.ahead.load(in, rows, first + kScanSteps, channel.index);
      const ScanTileShare<kCapacity, Number> share(in, rows, first + kScanSteps, lane);

      if (scan.checkpoints != nullptr && channel.exists) {
        float* to = scan.checkpoints + in.checkpoint(item, k) * in.states * in.channels + channel.index;
        OCRBATCH_UNROLL
        for (int n = 0; n < kCapacity; ++n, to += in.channels)
          if (n < in.states) *to = own.state[n];
      }
      Number* out = scan.out + rows[first] * in.channels + channel.index;
      OCRBATCH_UNROLL
      for (int j = 0; j < kScanSteps; ++j, out += rows.step * in.channels) {
        if (first + j >= rows.length) continue;
        const float u = static_cast<float>(now.u[j]), dt = channel.step_size(in, now.delta[j]);
        channel.advance(own.state, dt, dt * u, tile.B[j]);
        const ScanVector<kCapacity> c = tile.C[j];
        float y = channel.D * u;
        OCRBATCH_UNROLL
        for (int n = 0; n < kCapacity; ++n) y += c.n[n] * own.state[n];
        if (in.z != nullptr) {
          const float z = static_cast<float>(now.z[j]);
          y *= z * quick_sigmoid(z);
        }
        if (channel.exists) scan.out[rows[first + j] * in.channels + channel.index] = static_cast<Number>(y);
      }
      share.store(next_tile, lane);
    });
  }
  warp.run([&](int lane) {
    if (!owns[lane].channel.exists) return;
    for (int64_t row = in.padding_begin(item); row < in.padding_end(item); ++row)
      scan.out[row * in.channels + owns[lane].channel.index] = static_cast<Number>(0.0F);
  });
}

}  // namespace ocrbatch::kernels
