#include "cli/incremental_scan.h"

#include <spdlog/spdlog.h>

#include "cli/dry_run.h"
#include "cli/logging.h"
#include "cli/model_path.h"
#include "cli/open_recognizer.h"
#include "cli/progress.h"
#include "pipeline/state/scan_session.h"

namespace ocrbatch::cli {
namespace {

std::filesystem::path state_path(const ScanCommand& command) {
  return command.state;
}

std::vector<recognizer::ModelInfo> describe(const std::vector<std::filesystem::path>& models,
                                            const recognizer::RecognizerOptions& options) {
  std::vector<recognizer::ModelInfo> infos;
  for (const std::filesystem::path& model : models)
    infos.push_back(recognizer::describe_recognizer(model, options));
  return infos;
}

std::string run_settings(const ScanCommand& command, const std::vector<recognizer::ModelInfo>& models) {
  return pipeline::settings_digest(command.scan, models) + (command.scan.timings ? "+timings" : "");
}

// Those that have come since the last call.
void report(pipeline::ScanSession& session) {
  for (const pipeline::StateNote& note : session.take_notes())
    note.is_warning ? spdlog::warn("{}", note.text) : spdlog::info("{}", note.text);
}

std::vector<pipeline::FolderTarget> folder_targets(const ScanCommand& command) {
  std::vector<pipeline::FolderTarget> targets;
  if (!command.hocr.empty()) targets.push_back({"hocr", command.hocr});
  if (!command.txt.empty()) targets.push_back({"txt", command.txt});
  return targets;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

ScanOutcome read_increment(const ScanCommand& command, pipeline::ScanProgress& progress) {
  const auto start = std::chrono::steady_clock::now();
  pipeline::ScanSession session(command.out, state_path(command), command.line, /*look_only=*/false);
  report(session);
  const std::vector<std::filesystem::path> models = find_models(command.models);
  ScanOutcome outcome;
  outcome.models = describe(models, command.recognizer);
  const pipeline::Plan& plan = session.plan(command.scan, command.increments,
                                            run_settings(command, outcome.models), progress.stop_requested);
  report(session);
  session.begin(folder_targets(command));

  // A failure that every run meets again is no news for whoever gets cron's mail.
  const auto on_error = [&](const std::string& document, const io::PageRecord& record) {
    const auto before = plan.failed_before.find(document);
    const bool again = before != plan.failed_before.end() && !record.page_number &&
                       before->second == io::error_code_name(record.error->code);
    if (!again) return log_failure(record);
    ++outcome.repeated_failures;
    spdlog::info("{}: still {}", document, before->second);
  };
  if (!plan.to_read.empty() && !progress.stop_requested) {
    const OpenModels open(models, command.recognizer);
    const ProgressDisplay display(progress, command.progress);
    outcome.summary =
        pipeline::run_scan(command.scan, plan.to_read, open.set(), {&session.writer()}, progress, on_error);
  } else {
    outcome.summary.stopped = progress.stop_requested;
  }
  session.note_reading(outcome.summary.pages_ok + outcome.summary.pages_failed,
                       outcome.summary.wall_seconds * outcome.summary.jobs);
  outcome.summary.stopped ? session.stop() : session.finish();
  if (outcome.summary.wall_seconds == 0) outcome.summary.wall_seconds = seconds_since(start);
  outcome.increments = plan.summary;
  if (outcome.summary.stopped && session.journal_bytes() > 0)
    outcome.unfinished = session.paths().journal.string();
  return outcome;
}

ExitCode dry_run_increment(const ScanCommand& command) {
  pipeline::ScanSession session(command.out, state_path(command), command.line, /*look_only=*/true);
  report(session);
  const std::atomic<bool> never{false};
  const pipeline::Plan& plan =
      session.plan(command.scan, command.increments,
                   run_settings(command, describe(find_models(command.models), command.recognizer)), never);
  report(session);
  return dry_run_plan(command.scan, plan, session.thread_seconds_per_page());
}

}  // namespace ocrbatch::cli
