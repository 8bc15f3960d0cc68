#include "pipeline/file_stamp.h"

namespace ocrbatch::pipeline {

std::optional<FileStamp> file_stamp(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return FileStamp{static_cast<std::uint64_t>(status.st_size),
                   std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::optional<FileStamp> file_stamp(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? file_stamp(status) : std::nullopt;
}

}  // namespace ocrbatch::pipeline
