// One run an output.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace ocrbatch::pipeline {

// Another run has the output; the message names it. Ends the program with exit status 7.
class LockedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// flock(2) on a file that says who holds it: the kernel gives the lock back when its holder dies, however
// that happens, and the next run takes the file over. Removed in the end.
class OutputLock {
 public:
  // `output` and `command` are for people. Throws LockedError, or io::OutputError where the file cannot be
  // made.
  OutputLock(const std::filesystem::path& file, const std::filesystem::path& output,
             const std::string& command);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  std::filesystem::path file_;
  int file_descriptor_ = -1;
};

}  // namespace ocrbatch::pipeline
