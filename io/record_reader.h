// Records as they stand in an output, back into the page tree: the inverse of to_json.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/document.h"

namespace ocrbatch::io {

// Rounds every number of a record to the decimals with which it is written. What is rendered from such a
// record and what is rendered from its JSON line are then the same bytes.
void round_as_written(PageRecord& record);

// One line of JSON Lines, without its line break. Nothing when it is no record of this schema: a key that is
// missing or unknown, a value of another type, an unknown error code. What follows from the tree (the page's
// text and confidence) is not looked at.
std::optional<PageRecord> read_record(std::string_view line);

}  // namespace ocrbatch::io
