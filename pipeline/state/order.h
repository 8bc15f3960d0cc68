// In which order documents stand in the coming output.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/state/plan.h"

namespace ocrbatch::pipeline {

// One document of the coming output. Exactly one of the first two is set, but for a document that only the
// journal knows and the inputs do not lead to.
struct OrderedDocument {
  std::int32_t file = -1;     // index in the plan: what is to be done is said there
  std::int64_t place = -1;    // in the present output: a document that is not listed
  std::int64_t journal = -1;  // its id: not listed, but read by the run that this one continues
};

struct Order {
  std::vector<OrderedDocument> documents;
  std::vector<std::int64_t> pruned;  // places
};

// Listed documents as they are listed; each that is not listed after the one that it followed before.
// Documents of the journal that are neither listed nor in the output come last. `prune`: those that are not
// listed are left out. Counts not_listed and pruned.
Order make_order(Plan& plan, StateFile& state, bool prune);

}  // namespace ocrbatch::pipeline
