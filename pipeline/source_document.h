// A document while its pages are in flight: its name, its open readers, its checksum.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "io/reader.h"
#include "pipeline/object_pool.h"
#include "pipeline/scan.h"

namespace ocrbatch::pipeline {

// Shared by the feeder and all pages of the document. Thread-safe.
//
// A Reader serves one thread at a time, and opening a PDF of 300 pages for each page would cost more than
// reading them, so idle readers wait here for the next page of the same document. When the last page has been
// decoded they are closed.
class SourceDocument {
 public:
  SourceDocument(InputFile file, const io::ReadOptions& options)
      : file_(std::move(file)), options_(options) {}

  const std::string& name() const { return file_.document; }

  // An idle reader, or a newly opened one.
  io::Result<std::unique_ptr<io::Reader>> take_reader();
  void give_back(std::unique_ptr<io::Reader> reader) { readers_.give_back(std::move(reader)); }

  // Set once by the feeder before the first page enters the graph.
  void set_pages(int page_count, int selected);
  int page_count() const { return page_count_; }
  void page_decoded();  // once a selected page; the last one closes the readers
  bool page_written();  // once a selected page; true for the last one

  // Computed by the first caller while others wait; empty when the file cannot be read any more.
  const std::string& sha256();

 private:
  const InputFile file_;
  const io::ReadOptions options_;
  ObjectPool<io::Reader> readers_;
  int page_count_ = 0;
  std::atomic<int> to_decode_{0}, to_write_{0};
  std::once_flag sha256_once_;
  std::string sha256_;
};

}  // namespace ocrbatch::pipeline
