#include "pipeline/source_document.h"

#include "io/sha256.h"

namespace ocrbatch::pipeline {

void SourceDocument::set_pages(int page_count, int selected) {
  page_count_ = page_count;
  to_write_ = selected;
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
