// The beginning of a JSON Lines record: what it is about, without reading its page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/error.h"

namespace ocrbatch::io {

struct RecordHead {
  std::string document;            // the name's bytes, as PageRecord has them
  std::optional<int> page_number;  // from 1; empty: the record of a document that failed
  std::optional<int> page_count;
  bool ok = false;  // "status"
};

// Looks no further into the line (without its line break) than "status", so it costs the same for a full page
// as for an empty one. kCorrupt for what to_json() would not have written.
Result<RecordHead> read_record_head(std::string_view line);

}  // namespace ocrbatch::io
