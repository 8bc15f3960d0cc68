// Option values that are more than a word or a number. All throw UsageError.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "pipeline/scan.h"

namespace ocrbatch::cli {

// "1-3,7,10-" (from page 10 to the end), "-3" (the first three).
std::vector<pipeline::PageRange> parse_pages(const std::string& text);

// "2G", "512M", "1.5GiB", "800000000": K, M, G and T are powers of 1024.
std::uint64_t parse_size(const std::string& option, const std::string& text);

// Paths from a list, one a line; or, when there is a NUL byte anywhere, separated by NUL (`find -print0`).
// Empty ones are left out.
std::vector<std::string> read_path_list(std::istream& stream);

}  // namespace ocrbatch::cli
