// Records that the tests of the writers render.
#pragma once

#include <vector>

#include "io/document.h"

namespace ocrbatch::io {

// Two blocks, three lines; quotes, markup characters, accents and a control character in the text.
PageRecord sample_record();
PageRecord page_failure();      // the second page of the same document
PageRecord document_failure();  // another document
// The above, an empty page, a page without words in its line, and names that are hard to write.
std::vector<PageRecord> sample_run();

}  // namespace ocrbatch::io
