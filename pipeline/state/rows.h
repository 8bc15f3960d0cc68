// Values that several tables of the state have, from and to their columns.
#pragma once

#include <optional>

#include "io/file_copy.h"
#include "pipeline/scan.h"
#include "pipeline/state/database.h"

namespace ocrbatch::pipeline {

inline std::optional<FileStamp> stamp_at(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return FileStamp{static_cast<std::uint64_t>(row.integer(column)), row.integer(column + 1)};
}

inline std::optional<std::uint64_t> size_of(const std::optional<FileStamp>& stamp) {
  if (!stamp) return std::nullopt;
  return stamp->size_bytes;
}
inline std::optional<std::int64_t> mtime_of(const std::optional<FileStamp>& stamp) {
  if (!stamp) return std::nullopt;
  return stamp->mtime_ns;
}

inline io::ByteRange range_at(const Statement& row, int column) {
  return {static_cast<std::uint64_t>(row.integer(column)),
          static_cast<std::uint64_t>(row.integer(column + 1))};
}

inline std::optional<int> count_at(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<int>(row.integer(column));
}

// What is unknown is NULL.
inline std::optional<std::string> null_if_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace ocrbatch::pipeline
