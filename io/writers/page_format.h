// A format of one file a document: what one row of the table in io/writers.cpp consists of.
#pragma once

#include <string>

#include "io/document.h"

namespace ocrbatch::io {

// Each returns text that is appended to the document's file as it stands. `first`: of this file, not of the
// document.
struct PageFormat {
  const char* name;    // as on the command line
  const char* suffix;  // of the files, with its dot
  std::string (*begin)(const PageRecord& first);
  std::string (*page)(const PageRecord& record, bool first);
  std::string (*end)();
};

// hOCR 1.2, see docs/output.md.
std::string begin_hocr(const PageRecord& first);
std::string hocr_page(const PageRecord& record, bool first);
std::string end_hocr();

// Plain text: pages separated by a form feed; a page that failed is empty.
std::string begin_text(const PageRecord& first);
std::string text_page(const PageRecord& record, bool first);
std::string end_text();

}  // namespace ocrbatch::io
