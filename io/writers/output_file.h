// Files that appear whole, and writing that reports what went wrong.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "io/writer.h"

namespace ocrbatch::io {

// Writes all of `data`. Throws OutputClosed when the reader of a pipe has gone, else OutputError naming
// `name`.
void write_fully(int file_descriptor, std::string_view data, const std::string& name);

// A file without a name, or under a temporary one in its folder, until commit() renames it. What is not
// committed leaves no trace. A target that exists and is no regular file (a device, a pipe) is written to
// directly. Throws OutputError.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& target);  // its folder must exist
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view data);
  int descriptor() const { return file_descriptor_; }  // to append to by other means
  void commit();  // to disk, then under its name; nothing may be written afterwards

 private:
  void name_temporary();

  std::filesystem::path target_, temporary_;  // temporary_ is empty when the target is written to directly
  bool nameless_ = false;                     // the temporary name is not in the folder yet
  int file_descriptor_ = -1;
};

}  // namespace ocrbatch::io
