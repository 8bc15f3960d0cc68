// A temporary folder that a test works in: relative paths lie in it.
#pragma once

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace ocrbatch::testing {

class WorkingFolder {
 public:
  WorkingFolder() : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.path());
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;
  ~WorkingFolder() { std::filesystem::current_path(before_); }

 private:
  TemporaryFolder folder_;
  const std::filesystem::path before_;
};

}  // namespace ocrbatch::testing
