#include "pipeline/feeder.h"

#include <algorithm>
#include <utility>

#include "pipeline/stages/guard.h"

namespace ocrbatch::pipeline {
namespace {

template <class Call>
auto as_result(Call&& call) -> decltype(call()) {
  try {
    return call();
  } catch (...) {
    return current_exception_as_error("open", io::ErrorCode::kInternal);
  }
}

}  // namespace

std::vector<int> select_pages(const std::vector<PageRange>& ranges, int page_count) {
  std::vector<int> pages;
  for (int index = 0; index < page_count; ++index) {
    const int number = index + 1;
    const bool named = std::ranges::any_of(ranges, [&](const PageRange& range) {
      return range.first <= number && (range.last == 0 || number <= range.last);
    });
    if (named || ranges.empty()) pages.push_back(index);
  }
  return pages;
}

bool Feeder::feed(const std::vector<InputFile>& files) {
  for (const InputFile& file : files)
    if (must_stop() || !feed_document(file)) return false;
  progress_.all_found = true;
  return true;
}

bool Feeder::feed_document(const InputFile& file) {
  const io::ReadOptions read_options{.dpi = options_.dpi, .max_megapixels = options_.max_megapixels};
  const auto document = std::make_shared<SourceDocument>(file, read_options);
  auto opened = as_result([&] { return document->take_reader(); });
  if (!opened) return feed_error(document, opened.error());
  std::unique_ptr<io::Reader> reader = std::move(opened).value();
  const int page_count = reader->page_count();
  if (page_count < 1) return feed_error(document, {io::ErrorCode::kNoPages, "the document has no pages"});

  std::vector<int> selected = select_pages(options_.pages, page_count);
  std::erase_if(selected, [&](int index) { return index < file.pages_before; });
  ++progress_.documents_found;
  progress_.pages_found += selected.size();
  document->set_pages(page_count, static_cast<int>(selected.size()));
  if (selected.empty()) ++progress_.documents_done;
  for (const int index : selected)
    if (!feed_page(document, index, reader, index == selected.back())) return false;
  return true;
}

bool Feeder::feed_error(const std::shared_ptr<SourceDocument>& document, io::Error error) {
  ++progress_.documents_found;
  const PagePtr message = make_message(document);
  message->record.error = std::move(error);
  if (!admit(*message, kPageOverheadBytes)) return false;
  graph_.put(message);
  return true;
}

bool Feeder::feed_page(const std::shared_ptr<SourceDocument>& document, int index,
                       std::unique_ptr<io::Reader>& reader, bool last) {
  const PagePtr page = make_message(document);
  page->page_index = index;
  page->record.page_number = index + 1;
  page->record.page_count = document->page_count();

  const auto size = as_result([&] { return reader->page_size(index); });
  std::uint64_t bytes = kPageOverheadBytes;
  if (size)
    bytes += static_cast<std::uint64_t>(size.value().width_px) *
             static_cast<std::uint64_t>(size.value().height_px) * kDecodeBytesPerPixel;
  else
    page->record.error = size.error();
  // The feeder needs its reader no more: it saves the thread that decodes the page from opening the file
  // again.
  if (last) document->give_back(std::move(reader));
  if (!admit(*page, bytes)) return false;
  graph_.put(page);
  return true;
}

PagePtr Feeder::make_message(const std::shared_ptr<SourceDocument>& document) const {
  auto message = std::make_shared<PageMessage>();
  message->sequence = next_sequence_;
  message->document = document;
  message->record.document = document->name();
  return message;
}

bool Feeder::admit(PageMessage& page, std::uint64_t bytes) {
  if (!budget_.acquire(
          bytes, [&] { graph_.feeder_waits(); }, [&] { return must_stop(); }, page.memory))
    return false;
  ++next_sequence_;
  return true;
}

}  // namespace ocrbatch::pipeline
