// Parts of an archive that several machines read at once.
#pragma once

#include <cstdint>
#include <string_view>

namespace ocrbatch::pipeline {

// The documents for which shard_of() says `index`. {0, 1}: all.
struct Shard {
  std::uint32_t index = 0, count = 1;
  bool operator==(const Shard&) const = default;
};

// To which of `count` shards a document belongs: the first eight bytes of the SHA-256 of its name,
// big-endian, modulo `count`. It depends on the name alone, so shards never overlap, and documents keep
// theirs when others come or go.
std::uint32_t shard_of(std::string_view document, std::uint32_t count);

}  // namespace ocrbatch::pipeline
