// Records as they stand in an output, back into the page tree: the inverse of to_json.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/document.h"
#include "io/file_copy.h"

namespace ocrbatch::io {

// Rounds every number of a record to the decimals with which it is written. What is rendered from such a
// record and what is rendered from its JSON line are then the same bytes.
void round_as_written(PageRecord& record);

// One line of JSON Lines, without its line break. Nothing when it is no record of this schema: a key that is
// missing or unknown, a value of another type, an unknown error code. What follows from the tree (the page's
// text and confidence) is not looked at.
std::optional<PageRecord> read_record(std::string_view line);

// Calls `take` with each record at these places of a file. Throws OutputError naming `name`, the file's,
// where a line is none.
void for_each_record(int file, const std::vector<ByteRange>& ranges, const std::string& name,
                     const std::function<void(PageRecord&&)>& take);

// What a record is about, without its page.
struct RecordHead {
  std::string document;
  std::optional<int> page_number, page_count;  // as in PageRecord
  bool ok = false;                             // "status"
};

// Looks no further into the line than its "status", so that a full page costs what an empty one does. Nothing
// where read_record() would find nothing in that part.
std::optional<RecordHead> read_record_head(std::string_view line);

}  // namespace ocrbatch::io
