// How pages are read: what the words after --layout, --orientation, --isolation and --jobs mean, the same in
// every command that reads pages.
#pragma once

#include <string>

#include "cli/options.h"
#include "pipeline/scan.h"

namespace ocrbatch::cli {

// All throw UsageError.
void choose_orientation(const std::string& orientation, pipeline::ScanOptions& scan);
void choose_layout(const std::string& layout, pipeline::ScanOptions& scan);
void choose_isolation(const std::string& isolation, pipeline::ScanOptions& scan);
void check_jobs(const CommandOptions& options, int jobs);

// Where --min-confidence is not given. What is given as a line is one, however it reads.
double default_min_confidence(pipeline::LayoutMode layout);

}  // namespace ocrbatch::cli
