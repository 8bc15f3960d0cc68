// What a run has to do with each listed document: nothing, for most of them, on most nights.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pipeline/scan.h"
#include "pipeline/state/state_file.h"

namespace ocrbatch::pipeline {

struct IncrementOptions {
  bool force = false;   // read all that is listed
  bool update = false;  // read what was read with another model or other settings
  bool retry = false;   // read documents of which pages failed
  bool prune = false;   // drop what is not listed
};

enum class Action : std::uint8_t {
  kKeep,     // its records stay
  kMove,     // records of another name are taken: the content is the same
  kResumed,  // read to its end by the run that this one continues
  kRead,
};

enum class Reason : std::uint8_t { kNone, kNew, kChanged, kOutOfDate, kFailed, kForced };
const char* reason_name(Reason reason);  // "new", "changed", "out of date", "failed before", "forced"

struct PlannedDocument {
  Action action = Action::kRead;
  Reason reason = Reason::kNone;  // to read it
  bool stamp_is_new = false;      // the content is as before, the file's time is not
  std::int64_t place = -1;        // of the document of this name in the output; -1: there is none
  std::int64_t source = -1;       // kMove: the place of the records
  std::int64_t journal = -1;      // its id in the journal; -1: not there, or not to be used
};

// Documents, unless pages are named.
struct IncrementSummary {
  std::uint64_t listed = 0, kept = 0, moved = 0;  // moved, renamed or copied
  std::uint64_t read_new = 0, read_changed = 0, read_out_of_date = 0,
                read_again = 0;   // the last: failed or forced
  std::uint64_t out_of_date = 0;  // kept although the model or the settings are others now
  std::uint64_t missing = 0;      // kept although the file is gone
  std::uint64_t not_listed = 0;   // kept although the inputs do not lead to them
  std::uint64_t pruned = 0;
  std::uint64_t resumed = 0, resumed_pages = 0;  // of the run that this one continues
  std::uint64_t resumed_failures = 0;            // pages and documents among them
  std::uint64_t resumed_failed_documents = 0;
  std::uint64_t failed_before_pages = 0, failed_before_documents = 0;  // among the kept
};

struct Plan {
  std::vector<InputFile> files;            // all that is listed
  std::vector<PlannedDocument> documents;  // one a file
  std::vector<InputFile> to_read;          // in their order, without the pages that are in the journal
  std::vector<std::int64_t> unusable;  // ids in the journal: of other settings, or of a file that has changed
  std::map<std::string, std::string> failed_before;  // documents that every run tries again, and their codes
  IncrementSummary summary;
};

// Looks each file up in the state, and hashes those of which size and time do not tell. `settings` is that of
// the run, see settings_of. Changes nothing. Ends early, with what it has, on `stop`.
Plan make_plan(std::vector<InputFile> files, StateFile& state, const IncrementOptions& options,
               const std::vector<PageRange>& pages, const std::string& settings,
               const std::atomic<bool>& stop);

}  // namespace ocrbatch::pipeline
