#include "pipeline/feeder.h"

#include <algorithm>
#include <utility>

namespace ocrbatch::pipeline {

namespace {

io::Error too_many_pages(std::size_t selected, int limit) {
  return {io::ErrorCode::kTooLarge, "the document has " + std::to_string(selected) +
                                        " pages, more than the limit of " + std::to_string(limit) +
                                        ": raise --max-pages, or choose some with --pages"};
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
  const auto document = std::make_shared<SourceDocument>(file);
  const auto counted = looking([&] { return reading_.page_count(file.path); });
  if (!counted) return feed_error(document, counted.error());
  const int page_count = counted.value();
  std::vector<int> selected = select_pages(options_.pages, page_count);
  if (options_.max_pages > 0 && selected.size() > static_cast<std::size_t>(options_.max_pages))
    return feed_error(document, too_many_pages(selected.size(), options_.max_pages));
  std::erase_if(selected, [&](int index) { return index < file.pages_before; });
  ++progress_.documents_found;
  progress_.pages_found += selected.size();
  document->set_pages(page_count, static_cast<int>(selected.size()));
  if (selected.empty()) ++progress_.documents_done;
  for (const int index : selected)
    if (!feed_page(document, index)) return false;
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

bool Feeder::feed_page(const std::shared_ptr<SourceDocument>& document, int index) {
  const PagePtr page = make_message(document);
  page->page_index = index;
  page->record.page_number = index + 1;
  page->record.page_count = document->page_count();

  const auto size = looking([&] { return reading_.page_size(document->path(), index); });
  std::uint64_t bytes = kPageOverheadBytes;
  if (size)
    bytes += static_cast<std::uint64_t>(size.value().width_px) *
             static_cast<std::uint64_t>(size.value().height_px) * kReadBytesPerPixel;
  else
    page->record.error = size.error();
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
