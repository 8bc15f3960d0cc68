// The fuzzer's bytes as a file, for readers that take a path. In memory only.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace ocrbatch::fuzz {

class InputFile {
 public:
  InputFile(const std::uint8_t* data, std::size_t size)
      : file_descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
    if (file_descriptor_ < 0 || ::write(file_descriptor_, data, size) != static_cast<ssize_t>(size))
      std::abort();
  }
  ~InputFile() { ::close(file_descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_descriptor_); }

 private:
  int file_descriptor_;
};

}  // namespace ocrbatch::fuzz
