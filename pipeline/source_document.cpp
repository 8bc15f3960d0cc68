#include "pipeline/source_document.h"

#include "io/sha256.h"

namespace ocrbatch::pipeline {

io::Result<std::unique_ptr<io::Reader>> SourceDocument::take_reader() {
  if (auto reader = readers_.take()) return reader;
  return io::open_document(file_.path, options_);
}

void SourceDocument::set_pages(int page_count, int selected) {
  page_count_ = page_count;
  to_decode_ = selected;
  to_write_ = selected;
}

void SourceDocument::page_decoded() {
  if (--to_decode_ == 0) readers_.clear();
}

bool SourceDocument::page_written() {
  return --to_write_ == 0;
}

const std::string& SourceDocument::sha256() {
  std::call_once(sha256_once_, [this] {
    auto digest = io::sha256_of_file(file_.path);
    if (digest) sha256_ = std::move(digest).value();
  });
  return sha256_;
}

}  // namespace ocrbatch::pipeline
