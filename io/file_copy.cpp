#include "io/file_copy.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/writers/output_file.h"

namespace ocrbatch::io {
namespace {

constexpr std::uint64_t kBlockBytes = 1 << 20;

// What copy_file_range cannot do on this kernel or between these file systems.
bool kernel_refuses(int code) {
  return code == ENOSYS || code == EXDEV || code == EINVAL || code == EOPNOTSUPP || code == EPERM ||
         code == ETXTBSY;
}

}  // namespace

std::string read_range(int source, ByteRange range, const std::string& name) {
  std::string data(range.bytes, '\0');
  for (std::size_t filled = 0; filled < data.size();) {
    const ssize_t n = ::pread(source, data.data() + filled, data.size() - filled,
                              static_cast<off_t>(range.offset + filled));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      throw OutputError("cannot read " + name + ": " + (n < 0 ? std::strerror(errno) : "it was cut short"));
    filled += static_cast<std::size_t>(n);
  }
  return data;
}

void copy_range(int source, ByteRange range, int target, const std::string& name) {
  while (range.bytes > 0) {
    off_t offset = static_cast<off_t>(range.offset);
    const ssize_t n = ::copy_file_range(source, &offset, target, nullptr, range.bytes, 0);
    if (n > 0) {
      range.offset += static_cast<std::uint64_t>(n);
      range.bytes -= static_cast<std::uint64_t>(n);
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && !kernel_refuses(errno))
      throw OutputError("cannot write " + name + ": " + std::strerror(errno));
    break;  // also where it copies nothing, as some kernels do on some file systems
  }
  while (range.bytes > 0) {
    const ByteRange block{range.offset, std::min(range.bytes, kBlockBytes)};
    write_fully(target, read_range(source, block, name), name);
    range = {block.end(), range.bytes - block.bytes};
  }
}

}  // namespace ocrbatch::io
