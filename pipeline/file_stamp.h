// By what a file is known without looking into it.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace ocrbatch::pipeline {

// A regular file as a listing sees it: when both are as before, so is the content.
struct FileStamp {
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;  // since 1970
  bool operator==(const FileStamp&) const = default;
};

// Nothing: no regular file, or not there.
std::optional<FileStamp> file_stamp(const struct stat& status);
std::optional<FileStamp> file_stamp(const std::filesystem::path& path);

}  // namespace ocrbatch::pipeline
