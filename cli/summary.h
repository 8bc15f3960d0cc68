// What a scan did: one screen for people, JSON for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/scan.h"
#include "pipeline/state/plan.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {

struct ScanOutcome {
  pipeline::ScanSummary summary;                         // of what was read
  std::vector<recognizer::ModelInfo> models;             // of the run
  std::optional<pipeline::IncrementSummary> increments;  // of a run with a state
  std::uint64_t repeated_failures = 0;                   // documents that fail in every run alike
  std::string unfinished;  // a stopped run: the file that holds what was finished; empty: the output does
};

// Several lines, the last without a line break.
std::string summary_text(const ScanOutcome& outcome);

// What becomes of the documents that are not read, each line with a line break before it.
std::string increments_text(const pipeline::IncrementSummary& increments);

// The content of --stats FILE. `busy_seconds` adds up all threads; `peak_rss_bytes` is the process's. A
// device's `busy_share` is that of the run's time in which at least one batch was under way on it.
std::string summary_json(const ScanOutcome& outcome, const std::string& version);

std::uint64_t peak_rss_bytes();

}  // namespace ocrbatch::cli
