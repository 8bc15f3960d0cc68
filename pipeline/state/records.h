// Where the records of a document of the coming output stand, and what the state will say of it.
#pragma once

#include <optional>
#include <vector>

#include "pipeline/state/order.h"
#include "pipeline/state/state_file.h"

namespace ocrbatch::pipeline {

struct Records {
  bool in_journal = false;            // else in the present output
  std::vector<io::ByteRange> ranges;  // of whole records, pages ascending
  KnownDocument document;             // its place and range are those in the present output, or not set
  std::vector<FailedPage> failed;
};

// Fills in what the pages say of their document: their number and list, failures, bytes. Its page_count is
// set.
void describe_pages(const std::vector<JournalPage>& pages, KnownDocument& document);

// Nothing for a document without records: one of which no page was asked for.
std::optional<Records> records_of(const OrderedDocument& ordered, const Plan& plan, StateFile& state);

// The name alone.
std::string name_of(const OrderedDocument& ordered, const Plan& plan, StateFile& state);

}  // namespace ocrbatch::pipeline
