// Which pages of a document there are, as text: "1-3,7".
#pragma once

#include <string>
#include <vector>

namespace ocrbatch::pipeline {

// `numbers` from 1, ascending. Empty when they are all pages of the document, so that the usual case needs no
// comparison.
std::string page_list(const std::vector<int>& numbers, int page_count);

}  // namespace ocrbatch::pipeline
