// `ocrbatch scan`: every option, what it may be, and what it means for the pipeline.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "pipeline/scan.h"
#include "pipeline/state/plan.h"

namespace ocrbatch::cli {

struct ScanCommand {
  pipeline::ScanOptions scan;
  std::vector<std::string> models;  // none: the default ones
  recognizer::RecognizerOptions recognizer;
  std::string out, hocr, txt;  // empty: not asked for; out "-": standard output
  std::string stats, metrics;
  std::string state;  // empty: beside `out`; "none"
  pipeline::IncrementOptions increments;
  std::string line;  // the command as it was typed, for people
  bool dry_run = false;
  bool list_was_empty = false;  // "-" was given and brought no path
  bool quiet = false;
  ProgressMode progress = ProgressMode::kAuto;
};

// Whether the run goes on from earlier ones: results go to a file, and --state is not none.
bool has_state(const ScanCommand& command);

// Nothing when --help was printed. Reads the list on standard input for "-". Throws UsageError.
std::optional<ScanCommand> parse_scan_command(const std::vector<std::string>& arguments);

}  // namespace ocrbatch::cli
