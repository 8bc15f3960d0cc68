// Kernels in which threads wait for each other are written as phases: a phase is what each thread does
// between two barriers. A block runs phases; on the device all its threads do so together, in tests one after
// the other, and no thread may read what another writes in the same phase. The phases are the same either
// way.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/per_thread.h"

namespace ocrbatch::kernels {

inline constexpr int kWarpThreads = 32;

// Runs a phase thread by thread. Phases that keep to the rule above give the same in either order, which is
// how tests find those that do not.
struct HostBlock {
  int thread_count;
  bool last_thread_first = false;

  // A value of each thread's own that outlasts a phase.
  template <class Value>
  class Own {
   public:
    explicit Own(const HostBlock& block) : values_(static_cast<std::size_t>(block.thread_count)) {}
    Value& operator[](int thread) { return values_[static_cast<std::size_t>(thread)]; }

   private:
    std::vector<Value> values_;
  };

  int threads() const { return thread_count; }
  template <class Phase>
  void run(const Phase& phase) const {
    for (int i = 0; i < thread_count; ++i) phase(last_thread_first ? thread_count - 1 - i : i);
  }
};

#ifdef __CUDACC__
// What HostBlock::Own is on the device: registers, where indices into the value are known at compile time.
template <class Value>
class OwnValue {
 public:
  template <class Block>
  __device__ explicit OwnValue(const Block&) {}
  __device__ Value& operator[](int) { return value_; }

 private:
  Value value_ = {};
};

// The threads of a block, along x.
struct DeviceBlock {
  template <class Value>
  using Own = OwnValue<Value>;

  __device__ int threads() const { return static_cast<int>(blockDim.x); }
  template <class Phase>
  __device__ void run(const Phase& phase) const {
    phase(static_cast<int>(threadIdx.x));
    __syncthreads();
  }
};

// The threads of a warp, which is the x of a block with several warps along y.
struct DeviceWarp {
  template <class Value>
  using Own = OwnValue<Value>;

  __device__ int threads() const { return kWarpThreads; }
  template <class Phase>
  __device__ void run(const Phase& phase) const {
    phase(static_cast<int>(threadIdx.x));
    __syncwarp();
  }
};
#endif

// Merges values[0 .. threads) into values[0], in an order that the number of threads alone decides. The
// number is a power of two.
template <class Block, class Value, class Merge>
OCRBATCH_BLOCK_CODE void merge_over_threads(const Block& block, Value* values, const Merge& merge) {
  for (int reach = block.threads() / 2; reach > 0; reach /= 2) {
    block.run([&](int thread) {
      if (thread < reach) values[thread] = merge(values[thread], values[thread + reach]);
    });
  }
}

}  // namespace ocrbatch::kernels
