// Samples of fewer than eight bits, several in a byte.
#pragma once

#include <array>
#include <cstdint>

namespace ocrbatch::io {

// Gray of samples of 1, 2 or 4 bits that follow each other from the high end of each byte.
class PackedSamples {
 public:
  // `gray` of each sample, the first 2^bits entries.
  PackedSamples(int bits, const std::array<std::uint8_t, 256>& gray);

  // A row of `width` samples.
  void unpack(const std::uint8_t* packed, int width, std::uint8_t* to) const;

 private:
  int per_byte_;
  std::array<std::array<std::uint8_t, 8>, 256> of_byte_{};  // the first per_byte_ of each
};

}  // namespace ocrbatch::io
