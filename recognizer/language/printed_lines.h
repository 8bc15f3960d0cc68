// Running text as it stands in print. Files of text have a paragraph a line; what a recognizer reads is lines
// that break at a width, within words too, and headings in capitals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ocrbatch::recognizer {

// Lines of at most `width` characters. Words of letters alone are divided with a hyphen, three letters or
// more on either side; others move to the next line. White space is folded to single spaces.
std::vector<std::string> printed_lines(std::string_view paragraph_utf8, std::size_t width);

std::string in_capitals(const std::string& utf8);

}  // namespace ocrbatch::recognizer
