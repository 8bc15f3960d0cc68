#include "recognizer/whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

namespace ocrbatch::recognizer {
namespace {

// Without it a power failure could leave the new name with no content behind it.
bool sync(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return synced;
}

}  // namespace

void write_whole_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write) {
  const std::filesystem::path temporary = file.string() + ".tmp";
  std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
  write(stream);
  stream.close();
  std::error_code error;
  const bool written = stream.good() && sync(temporary);
  if (written) std::filesystem::rename(temporary, file, error);
  if (written && !error) return;
  std::filesystem::remove(temporary, error);
  throw WriteError(file.string() + ": cannot be written");
}

}  // namespace ocrbatch::recognizer
