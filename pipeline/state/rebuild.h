// The state anew, from the records themselves.
#pragma once

#include <cstdint>
#include <string>

#include "pipeline/state/state_file.h"

namespace ocrbatch::pipeline {

struct Rebuilt {
  std::int64_t documents = 0;
  std::int64_t lines_left_out = 0;  // no records, or records of a document that comes again
  std::uint64_t bytes = 0;          // up to the end of the last whole record (of a journal)
};

// Both read the file from its start and replace what the state says of it, in the caller's transaction. What
// files were like is then unknown: their content decides. `name` is the file's, for messages. Throw
// io::OutputError.
Rebuilt rebuild_documents(StateFile& state, int output, std::uint64_t bytes, const std::string& name);
// What follows the first line that is no record is torn, and left out.
Rebuilt rebuild_journal(StateFile& state, int journal, std::uint64_t bytes, const std::string& name);

// The settings of a record, as the state keeps them: the digest in its provenance, and whether it has
// timings. Empty for a record of a failure, which does not say.
std::string settings_of(const io::PageRecord& record);

}  // namespace ocrbatch::pipeline
