// Reads pages for one thread at a time.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "pipeline/page_reading.h"

namespace ocrbatch::pipeline {

// Keeps the document it was last asked for open: opening a PDF of 300 pages for each page would cost more
// than reading them. A file that was changed or exchanged since is opened anew. Never throws for what is
// wrong with a document.
class DocumentReader {
 public:
  explicit DocumentReader(const PageReadingOptions& options) : options_(options) {}

  io::Result<int> page_count(const std::filesystem::path& document);
  io::Result<io::PageSize> page_size(const std::filesystem::path& document, int index);
  ReadPage read(const std::filesystem::path& document, int index, const ImageView& view);

  // Makes what read() would make when it is first called.
  void prepare();

  const std::filesystem::path& open_document() const { return path_; }

 private:
  io::Result<io::Reader*> open(const std::filesystem::path& document);
  io::Result<io::Reader*> open_at(const std::filesystem::path& document, int index);
  void decode(const std::filesystem::path& document, int index, const ImageView& view, ReadPage& page,
              io::PageImage& image);
  void find_lines(const io::PageImage& image, const ImageView& view, ReadPage& page);
  void cut(io::PageImage& image, ReadPage& page) const;

  const PageReadingOptions options_;
  std::filesystem::path path_;
  struct stat status_ {};  // of the file when it was opened
  std::unique_ptr<io::Reader> reader_;
  std::optional<LayoutAnalyzer> analyzer_;
};

}  // namespace ocrbatch::pipeline
