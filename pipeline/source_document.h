// A document while its pages are in flight: its name, its checksum.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Shared by the feeder and all pages of the document. Thread-safe.
class SourceDocument {
 public:
  explicit SourceDocument(InputFile file) : file_(std::move(file)) {}

  const std::string& name() const { return file_.document; }
  const std::filesystem::path& path() const { return file_.path; }

  // Set once by the feeder before the first page enters the graph.
  void set_pages(int page_count, int selected);
  int page_count() const { return page_count_; }
  bool page_written();  // once a selected page; true for the last one

  // Computed by the first caller while others wait; empty when the file cannot be read any more.
  const std::string& sha256();

 private:
  const InputFile file_;
  int page_count_ = 0;
  std::atomic<int> to_write_{0};
  std::once_flag sha256_once_;
  std::string sha256_;
};

}  // namespace ocrbatch::pipeline
