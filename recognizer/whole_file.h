// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <stdexcept>

namespace ocrbatch::recognizer {

// Names the file. Ends the run with exit status 4.
class WriteError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Runs `write` on a binary stream to a temporary name beside `file`, syncs and renames. Throws WriteError;
// what was there before then stays.
void write_whole_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);

}  // namespace ocrbatch::recognizer
