// Plain text for terminals, 100 columns wide.
#pragma once

#include <cstdint>
#include <string>

namespace ocrbatch::cli {

inline constexpr std::size_t kTextWidth = 100;

// Breaks each line of the text at spaces; lines after the first start at column `indent`. Ends with a line
// break.
std::string wrap(const std::string& text, std::size_t indent);

// `left`, then `right` from column `column` on; on a line of its own where `left` is too long.
std::string two_columns(const std::string& left, const std::string& right, std::size_t column);

std::string with_thousands(std::uint64_t number);                    // 1,234,567
std::string duration_text(double seconds);                           // "8.4 s", "3:07 min", "2:05:00 h"
std::string counted(std::uint64_t number, const std::string& noun);  // "1 page", "2 pages"

}  // namespace ocrbatch::cli
