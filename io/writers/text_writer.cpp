#include "io/writers/page_format.h"
#include "io/writers/text_encoding.h"

namespace ocrbatch::io {

std::string begin_text(const PageRecord&) {
  return {};
}

std::string text_page(const PageRecord& record, bool first) {
  std::string text = first ? "" : "\f";
  if (record.error) return text;
  const std::string page = valid_utf8(page_text(record.page));
  if (!page.empty()) text += page + "\n";
  return text;
}

std::string end_text() {
  return {};
}

}  // namespace ocrbatch::io
