// --metrics FILE: the run as Prometheus reads it, for node_exporter's textfile collector.
//
// https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4). All names begin with
// ocrbatch_; units are seconds and bytes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/exit_code.h"
#include "pipeline/scan.h"

namespace ocrbatch::cli {

// What is written: while the run goes, what the progress display knows; with `finished`, everything.
struct MetricsSnapshot {
  double start_time_seconds = 0;         // since 1970
  double last_success_time_seconds = 0;  // end of the last run with status 0 or 1; 0: none is known
  const pipeline::ScanProgress* progress = nullptr;
  const pipeline::ScanSummary* finished = nullptr;
  std::optional<ExitCode> exit_code;  // of a run that has ended
};
std::string metrics_text(const MetricsSnapshot& snapshot);

// `last_success_time_seconds` as an earlier run left it in the file; 0 without one.
double last_success_in(const std::filesystem::path& file);

// Keeps the file up to date: replaced whole at the start, every 15 s, and at the end.
class MetricsFile {
 public:
  // Writes at once: throws io::OutputError where it cannot. `progress` must outlive the object.
  MetricsFile(std::filesystem::path file, const pipeline::ScanProgress& progress);
  ~MetricsFile();  // what was not finished ended by a bug
  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;

  // The last state; a file that cannot be written any more is a warning. `summary` is null for a run that was
  // broken off.
  void finish(const pipeline::ScanSummary* summary, ExitCode code);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ocrbatch::cli
