// The lines of a part of a file, with their places.
#pragma once

#include <string>
#include <string_view>

#include "io/file_copy.h"

namespace ocrbatch::io {

// Reads through a file descriptor, from which other readers may read at the same time. Holds one line and a
// block. Throws OutputError naming `name` when the file cannot be read.
class LineReader {
 public:
  LineReader(int file_descriptor, ByteRange range, std::string name)
      : file_descriptor_(file_descriptor), rest_(range), next_line_(range.offset), name_(std::move(name)) {}

  // The next line without its line break, valid until the next call; false at the end. What follows the last
  // line break is no line.
  bool next(std::string_view& line);
  ByteRange place() const { return place_; }  // of that line, with its line break

 private:
  int file_descriptor_;
  ByteRange rest_;  // not yet read
  std::string buffer_;
  std::size_t start_ = 0;  // of the next line, in the buffer
  std::uint64_t next_line_;
  ByteRange place_;
  std::string name_;
};

}  // namespace ocrbatch::io
