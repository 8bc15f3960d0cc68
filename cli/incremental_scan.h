// `ocrbatch scan --out FILE`: a run that goes on from earlier ones.
#pragma once

#include "cli/exit_code.h"
#include "cli/scan_options.h"
#include "cli/summary.h"

namespace ocrbatch::cli {

// Reads what is new or has changed; the model is loaded only where there is any.
ScanOutcome read_increment(const ScanCommand& command, pipeline::ScanProgress& progress);

// Prints "PAGES<tab>DOCUMENT<tab>REASON" for each document that would be read, as dry_run() does.
ExitCode dry_run_increment(const ScanCommand& command);

}  // namespace ocrbatch::cli
