// `ocrbatch scan --dry-run`: what would be read.
#pragma once

#include "cli/exit_code.h"
#include "pipeline/scan.h"

namespace ocrbatch::cli {

// Prints "PAGES<tab>DOCUMENT" for each document, with the error's code for one that cannot be opened.
ExitCode dry_run(const pipeline::ScanOptions& options);

}  // namespace ocrbatch::cli
