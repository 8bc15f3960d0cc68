// Every reader of documents: PDF and all image formats, told apart by content as `scan` does it.
#include "io/reader.h"
#include "tests/fuzz/input_file.h"

namespace {

constexpr int kPages = 3;  // of a document; later ones take the same code

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  ocrbatch::io::initialize_readers();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocrbatch;
  const fuzz::InputFile file(data, size);
  // Small pages: many inputs a second count for more than large ones.
  const auto document = io::open_document(file.path(), {.max_megapixels = 1});
  if (!document) return 0;
  if (document.value()->page_count() < 1) std::abort();
  for (int i = 0; i < document.value()->page_count() && i < kPages; ++i) {
    const auto size_px = document.value()->page_size(i);
    const auto page = document.value()->read_page(i);
    if (!page) continue;
    if (page.value().gray.empty() || page.value().gray.type() != CV_8UC1) std::abort();
    if (!size_px) std::abort();  // what can be read has a size
  }
  return 0;
}
