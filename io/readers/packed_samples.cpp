#include "io/readers/packed_samples.h"

#include <cstring>

namespace ocrbatch::io {

PackedSamples::PackedSamples(int bits, const std::array<std::uint8_t, 256>& gray) : per_byte_(8 / bits) {
  const unsigned mask = (1U << bits) - 1;
  for (unsigned byte = 0; byte < of_byte_.size(); ++byte)
    for (int i = 0; i < per_byte_; ++i)
      of_byte_[byte][static_cast<std::size_t>(i)] = gray[byte >> (8 - bits * (i + 1)) & mask];
}

void PackedSamples::unpack(const std::uint8_t* packed, int width, std::uint8_t* to) const {
  for (; width >= per_byte_; width -= per_byte_, to += per_byte_, ++packed)
    std::memcpy(to, of_byte_[*packed].data(), static_cast<std::size_t>(per_byte_));
  if (width > 0) std::memcpy(to, of_byte_[*packed].data(), static_cast<std::size_t>(width));
}

}  // namespace ocrbatch::io
