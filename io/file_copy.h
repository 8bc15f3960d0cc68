// Parts of files into other files, by the kernel where it can.
#pragma once

#include <cstdint>
#include <string>

namespace ocrbatch::io {

struct ByteRange {
  std::uint64_t offset = 0, bytes = 0;
  std::uint64_t end() const { return offset + bytes; }
};

// Appends the range of `source` to `target`, at its position. `name` is the target's, for messages. Throws
// OutputError, also when the source ends before the range does.
void copy_range(int source, ByteRange range, int target, const std::string& name);

// The whole range. Throws OutputError naming `name`, the source's, when it cannot be read in full.
std::string read_range(int source, ByteRange range, const std::string& name);

}  // namespace ocrbatch::io
