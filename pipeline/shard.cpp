#include "pipeline/shard.h"

#include <string>

#include "io/sha256.h"

namespace ocrbatch::pipeline {

std::uint32_t shard_of(std::string_view document, std::uint32_t count) {
  constexpr int kHexDigits = 16;
  const std::string digest = io::sha256_of(std::string(document)).substr(0, kHexDigits);
  return static_cast<std::uint32_t>(std::stoull(digest, nullptr, 16) % count);
}

}  // namespace ocrbatch::pipeline
