// What a scan did: one screen for people, JSON for programs.
#pragma once

#include <string>

#include "pipeline/scan.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {

// Several lines, the last without a line break.
std::string summary_text(const pipeline::ScanSummary& summary);

// The content of --stats FILE. `busy_seconds` adds up all threads; `peak_rss_bytes` is the process's.
std::string summary_json(const pipeline::ScanSummary& summary, const recognizer::ModelInfo& model,
                         const std::string& version);

std::uint64_t peak_rss_bytes();

}  // namespace ocrbatch::cli
