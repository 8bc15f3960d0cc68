#include "pipeline/stages/write.h"

#include <algorithm>

namespace ocrbatch::pipeline {
namespace {

// Code points: every byte of UTF-8 but the continuations.
std::uint64_t count_characters(const std::string& text) {
  return std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; });
}

}  // namespace

void WritePage::operator()(PageMessage& page) {
  if (page.abandoned) ended_ = summary_.stopped = true;
  if (state_.failed() || ended_) return;
  const StageClock::Busy busy(state_.write);
  try {
    for (io::Writer* writer : writers_) writer->write(page.record);
    if (page.failed() && on_error_) on_error_(page.record.document, page.record);
  } catch (...) {
    state_.fail(std::current_exception());
    return;
  }
  count(page);
  if (error_rate_.exceeded_after(page.failed()) && !summary_.too_many_errors) {
    summary_.too_many_errors = true;
    progress_.stop_requested = true;
  }
}

void WritePage::count(PageMessage& page) {
  const io::PageRecord& record = page.record;
  const bool is_page = record.page_number.has_value();
  if (record.error) {
    ++summary_.errors_by_code[io::error_code_name(record.error->code)];
    ++(is_page ? summary_.pages_failed : summary_.documents_failed);
  } else {
    ++summary_.pages_ok;
    for (const io::Block& block : record.page.blocks)
      for (const io::Paragraph& paragraph : block.paragraphs)
        for (const io::Line& line : paragraph.lines) {
          ++summary_.lines;
          summary_.characters += count_characters(line.text);
        }
  }
  if (is_page) {
    if (record.error) ++progress_.pages_failed;
    ++progress_.pages_done;
  }
  if (!is_page || page.document->page_written()) ++progress_.documents_done;
}

}  // namespace ocrbatch::pipeline
