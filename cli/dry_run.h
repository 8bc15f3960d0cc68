// `ocrbatch scan --dry-run`: what would be read.
#pragma once

#include <optional>

#include "cli/exit_code.h"
#include "pipeline/scan.h"
#include "pipeline/state/plan.h"

namespace ocrbatch::cli {

// Prints "PAGES<tab>DOCUMENT" for each document, with the error's code for one that cannot be opened.
ExitCode dry_run(const pipeline::ScanOptions& options);

// The same for those that a plan reads, with a third column: why. Pages that are read already do not count.
// Says how long that takes where `thread_seconds_per_page` is known.
ExitCode dry_run_plan(const pipeline::ScanOptions& options, const pipeline::Plan& plan,
                      std::optional<double> thread_seconds_per_page);

}  // namespace ocrbatch::cli
