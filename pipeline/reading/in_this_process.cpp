// Pages are read in the calling threads: for files that are trusted, and where processes cannot be started.
#include "pipeline/object_pool.h"
#include "pipeline/page_reading.h"
#include "pipeline/reading/document_reader.h"

namespace ocrbatch::pipeline {
namespace {

class ReadingInThisProcess : public PageReading {
 public:
  // Tesseract writes to variables of the whole process while it starts, so all that will be needed start now,
  // one after the other.
  ReadingInThisProcess(const PageReadingOptions& options, int threads) : options_(options), ahead_(options) {
    for (int i = 0; i < threads; ++i) {
      auto reader = std::make_unique<DocumentReader>(options_);
      reader->prepare();
      readers_.give_back(std::move(reader));
    }
  }

  io::Result<int> page_count(const std::filesystem::path& document) override {
    return ahead_.page_count(document);
  }
  io::Result<io::PageSize> page_size(const std::filesystem::path& document, int index) override {
    return ahead_.page_size(document, index);
  }

  ReadPage read(const std::filesystem::path& document, int index, const ImageView& view) override {
    auto reader = readers_.take([&](const DocumentReader& idle) { return idle.open_document() == document; });
    if (!reader) reader = std::make_unique<DocumentReader>(options_);
    ReadPage page = reader->read(document, index, view);
    readers_.give_back(std::move(reader));
    return page;
  }

 private:
  const PageReadingOptions options_;
  DocumentReader ahead_;  // of the one thread that asks for counts and sizes
  ObjectPool<DocumentReader> readers_;
};

}  // namespace

std::unique_ptr<PageReading> read_in_this_process(const PageReadingOptions& options, int threads) {
  io::initialize_readers();
  return std::make_unique<ReadingInThisProcess>(options, threads);
}

}  // namespace ocrbatch::pipeline
