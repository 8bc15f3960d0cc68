#include <spdlog/spdlog.h>

#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/dry_run.h"
#include "cli/errors.h"
#include "cli/incremental_scan.h"
#include "cli/logging.h"
#include "cli/metrics.h"
#include "cli/model_path.h"
#include "cli/open_recognizer.h"
#include "cli/progress.h"
#include "cli/scan_options.h"
#include "cli/signals.h"
#include "cli/stdout_guard.h"
#include "cli/summary.h"
#include "io/writer.h"
#include "io/writers/output_file.h"
#include "pipeline/state/output_lock.h"
#include "pipeline/state/output_paths.h"

namespace ocrbatch::cli {
namespace {

std::vector<std::unique_ptr<io::Writer>> make_writers(const ScanCommand& command) {
  std::vector<std::unique_ptr<io::Writer>> writers;
  if (command.out == "-") {
    writers.push_back(io::make_jsonl_writer(result_fd()));
  } else if (!command.out.empty()) {
    writers.push_back(io::make_jsonl_writer(std::filesystem::path(command.out)));
  }
  if (!command.hocr.empty()) writers.push_back(io::make_folder_writer("hocr", command.hocr));
  if (!command.txt.empty()) writers.push_back(io::make_folder_writer("txt", command.txt));
  return writers;
}

// Reads everything; what there was is replaced in the end.
ScanOutcome read_all(const ScanCommand& command, pipeline::ScanProgress& progress) {
  std::optional<pipeline::OutputLock> lock;
  if (!command.out.empty() && command.out != "-" && pipeline::can_have_state(command.out))
    lock.emplace(pipeline::output_paths(command.out, {}).lock, command.out, command.line);
  // Before the model: a place that cannot be written to is reported at once.
  const auto writers = make_writers(command);
  const OpenModels models(find_models(command.models), command.recognizer);
  std::vector<io::Writer*> targets;
  for (const auto& writer : writers) targets.push_back(writer.get());
  ScanOutcome outcome;
  outcome.models = models.set().infos();
  {
    const ProgressDisplay display(progress, command.progress);
    outcome.summary =
        pipeline::run_scan(command.scan, models.set(), targets, progress,
                           [](const std::string&, const io::PageRecord& failed) { log_failure(failed); });
  }
  // A stopped run keeps what it has finished.
  for (const auto& writer : writers) writer->finish();
  return outcome;
}

// The status of a run that went to its end.
ExitCode exit_code(const ScanCommand& command, const ScanOutcome& outcome) {
  const pipeline::ScanSummary& summary = outcome.summary;
  const pipeline::IncrementSummary before = outcome.increments.value_or(pipeline::IncrementSummary());
  const std::uint64_t documents = outcome.increments ? before.listed : summary.documents;
  if (documents == 0) {
    // An empty list, and a part to which no document belongs, are no mistakes.
    if (command.list_was_empty || command.scan.shard.count > 1) return ExitCode::kOk;
    spdlog::error("no document was found in what was given");
    return ExitCode::kNoInput;
  }
  // Pages that failed were at least there; here not one document could be opened.
  if (summary.documents_failed + before.resumed_failed_documents + before.failed_before_documents ==
      documents)
    return ExitCode::kNoInput;
  const std::uint64_t failures = summary.documents_failed + summary.pages_failed + before.resumed_failures;
  return failures > outcome.repeated_failures ? ExitCode::kSomeFailed : ExitCode::kOk;
}

ExitCode scan(const ScanCommand& command, pipeline::ScanProgress& progress, ScanOutcome& outcome) {
  const StopSignals signals(progress.stop_requested);
  std::optional<io::OutputFile> stats;
  if (!command.stats.empty()) stats.emplace(command.stats);
  outcome = has_state(command) ? read_increment(command, progress) : read_all(command, progress);
  if (stats) {
    stats->write(summary_json(outcome, command.scan.version));
    stats->commit();
  }
  if (!command.quiet) spdlog::info("{}", summary_text(outcome));
  if (outcome.summary.too_many_errors) {
    spdlog::error("stopped: more than {:g} % of the pages failed (--max-error-rate)",
                  100 * command.scan.max_error_rate);
    return ExitCode::kSomeFailed;
  }
  if (outcome.summary.stopped) return signals.received().value_or(ExitCode::kInternal);
  return exit_code(command, outcome);
}

}  // namespace

ExitCode run_scan_command(const std::vector<std::string>& arguments) {
  const std::optional<ScanCommand> command = parse_scan_command(arguments);
  if (!command) return ExitCode::kOk;
  if (command->dry_run) return has_state(*command) ? dry_run_increment(*command) : dry_run(command->scan);

  pipeline::ScanProgress progress;
  ScanOutcome outcome;
  std::optional<MetricsFile> metrics;
  if (!command->metrics.empty()) metrics.emplace(command->metrics, progress);
  try {
    const ExitCode code = scan(*command, progress, outcome);
    if (metrics) metrics->finish(&outcome.summary, code);
    return code;
  } catch (...) {
    if (metrics) metrics->finish(nullptr, current_failure().code);
    throw;
  }
}

}  // namespace ocrbatch::cli
