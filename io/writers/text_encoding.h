// Bytes from outside as text that output formats can hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ocrbatch::io {

// Valid UTF-8: each byte that is not becomes U+FFFD.
std::string valid_utf8(std::string_view text);

// A file name as valid UTF-8 from which its bytes can be had back: `\` is doubled, a byte that is not UTF-8
// becomes `\xNN` (two lower-case hex digits). Names without either stay as they are.
std::string printable_name(std::string_view name);
// The inverse of printable_name; nothing where a `\` is followed by anything else.
std::optional<std::string> name_of_printable(std::string_view printable);

// Text for XML: `& < > " '` as entities; what XML 1.0 cannot hold (control characters) becomes U+FFFD.
std::string escape_xml(std::string_view text);

}  // namespace ocrbatch::io
