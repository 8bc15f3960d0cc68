#include "io/owned_descriptor.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "io/writer.h"

namespace ocrbatch::io {

OwnedDescriptor open_to_read(const std::filesystem::path& file) {
  OwnedDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) throw OutputError("cannot read " + file.string() + ": " + std::strerror(errno));
  return descriptor;
}

}  // namespace ocrbatch::io
