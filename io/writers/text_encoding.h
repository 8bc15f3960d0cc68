// Bytes from outside as text that output formats can hold.
#pragma once

#include <string>
#include <string_view>

namespace ocrbatch::io {

// Valid UTF-8: each byte that is not becomes U+FFFD.
std::string valid_utf8(std::string_view text);

// A file name as valid UTF-8 from which its bytes can be had back: `\` is doubled, a byte that is not UTF-8
// becomes
// `\xNN` (two lower-case hex digits). Names without either stay as they are.
std::string printable_name(std::string_view name);
// The bytes behind a printable_name().
std::string name_from_printable(std::string_view printable);

// Text for XML: `& < > " '` as entities; what XML 1.0 cannot hold (control characters) becomes U+FFFD.
std::string escape_xml(std::string_view text);

}  // namespace ocrbatch::io
