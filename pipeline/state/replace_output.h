// The coming output: put together from the present one and the journal, and put in its place.
#pragma once

#include "pipeline/state/journal.h"
#include "pipeline/state/order.h"
#include "pipeline/state/output_paths.h"

namespace ocrbatch::pipeline {

// Writes nothing where the output would stay as it is. Each step leaves what the next start can go on from:
// the output is written beside the present one and put on disk, the state learns what it will be, it is
// renamed, the state says that it is, and the journal is removed. All of the journal must have been
// committed. Throws io::OutputError; then output, journal and state are as before.
void replace_output(const OutputPaths& paths, const Plan& plan, const Order& order, StateFile& state,
                    Journal& journal);

}  // namespace ocrbatch::pipeline
