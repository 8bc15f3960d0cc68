// A file descriptor that is closed with its owner.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <utility>

namespace ocrbatch::io {

class OwnedDescriptor {
 public:
  OwnedDescriptor() = default;
  explicit OwnedDescriptor(int descriptor) : descriptor_(descriptor) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~OwnedDescriptor() { reset(); }

  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }
  void reset() {
    if (descriptor_ >= 0) ::close(release());
  }

 private:
  int descriptor_ = -1;
};

// Throws OutputError where the file cannot be opened: it is one of the output's.
OwnedDescriptor open_to_read(const std::filesystem::path& file);

}  // namespace ocrbatch::io
