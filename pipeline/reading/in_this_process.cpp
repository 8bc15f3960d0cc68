// Pages are read in the calling threads: for files that are trusted, and where processes cannot be started.
#include "pipeline/object_pool.h"
#include "pipeline/page_reading.h"
#include "pipeline/reading/document_reader.h"

namespace ocrbatch::pipeline {
namespace {

class ReadingInThisProcess : public PageReading {
 public:
  explicit ReadingInThisProcess(const PageReadingOptions& options) : options_(options), ahead_(options) {}

  io::Result<int> page_count(const std::filesystem::path& document) override {
    return ahead_.page_count(document);
  }
  io::Result<io::PageSize> page_size(const std::filesystem::path& document, int index) override {
    return ahead_.page_size(document, index);
  }

  ReadPage read(const std::filesystem::path& document, int index) override {
    auto reader = readers_.take([&](const DocumentReader& idle) { return idle.open_document() == document; });
    if (!reader) reader = std::make_unique<DocumentReader>(options_);
    ReadPage page = reader->read(document, index);
    readers_.give_back(std::move(reader));
    return page;
  }

 private:
  const PageReadingOptions options_;
  DocumentReader ahead_;  // of the one thread that asks for counts and sizes
  ObjectPool<DocumentReader> readers_;
};

}  // namespace

std::unique_ptr<PageReading> read_in_this_process(const PageReadingOptions& options) {
  io::initialize_readers();
  return std::make_unique<ReadingInThisProcess>(options);
}

}  // namespace ocrbatch::pipeline
