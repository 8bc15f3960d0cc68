// The order in which numbered things are gone through, another one each pass.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace ocrbatch::recognizer {

// at(n) for n = 0, 1, 2, ... goes through 0 to size - 1 once a pass. It depends on size, seed and n alone.
// Thread-safe.
class EpochOrder {
 public:
  EpochOrder(std::uint64_t size, std::uint64_t seed) : size_(size), seed_(seed) {}  // size > 0
  std::uint64_t at(std::uint64_t n) const;

 private:
  const std::uint64_t size_, seed_;
  mutable std::mutex mutex_;
  mutable std::map<std::uint64_t, std::vector<std::uint32_t>> orders_;  // of the passes in use
};

}  // namespace ocrbatch::recognizer
