// ocrbatch bench: how fast this machine reads the user's own pages, and where the time goes.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <optional>

#include "cli/commands.h"
#include "cli/decoding_options.h"
#include "cli/errors.h"
#include "cli/logging.h"
#include "cli/model_path.h"
#include "cli/open_recognizer.h"
#include "cli/options.h"
#include "cli/reading_options.h"
#include "cli/signals.h"
#include "cli/stdout_guard.h"
#include "cli/version.h"
#include "io/writer.h"
#include "io/writers/output_file.h"
#include "pipeline/scan.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kDescription =
    "Reads the given documents several times over, as `scan` does, keeps nothing, and says how many pages a "
    "second that\n"
    "were and what a page cost in each stage: milliseconds of a core, median of the runs (lowest to "
    "highest). "
    "A first run\n"
    "that brings files into memory is not counted. Take pages as they are in your archive, a hundred or "
    "more.\n"
    "\n"
    "  ocrbatch bench ./docs --jobs 1\n"
    "  ocrbatch bench ./docs --model latin-fast --json before.json";

struct BenchCommand {
  pipeline::ScanOptions scan;
  std::vector<std::string> models;  // none: the default ones
  std::string json;
  recognizer::RecognizerOptions recognizer;
  int runs = 3;
};

std::optional<BenchCommand> parse(const std::vector<std::string>& arguments) {
  BenchCommand command;
  std::string layout = "fast", isolation = "workers", device = "auto";
  DecodingChoices decoding;
  CommandOptions options("bench INPUT... [options]", kDescription);
  options.positional(&command.scan.inputs);
  options.group("Measurement")("runs", value(&command.runs, "N"), "counted runs (default 3)")(
      "json", value(&command.json, "FILE"), "write the figures of every run as JSON");
  auto recognition = options.group("Recognition");
  recognition("model", value(&command.models, "NAME|DIR"),
              "as `scan` takes it (repeatable); default latin-fast, and chinese-fast for pages in Chinese")(
      "layout", value(&layout, "MODE"), "fast (default), tesseract or line");
  add_decoding_options(recognition, decoding);
  options.group("Resources")("jobs,j", value(&command.scan.jobs, "N"),
                             "threads in all; default: the cores that this process may use")(
      "device", value(&device, "NAME"), "auto (default), cpu, cuda, cuda:N, or several as cuda:N,M")(
      "isolation", value(&isolation, "HOW"), "workers (default) or off: see `ocrbatch scan --help`");
  if (!options.parse(arguments)) return std::nullopt;
  if (command.scan.inputs.empty()) throw UsageError("bench needs an INPUT: a file or a folder");
  if (command.runs < 1 || command.runs > 1000) throw UsageError("--runs: must be 1 to 1000");
  check_jobs(options, command.scan.jobs);
  require_device_list(device);
  choose_layout(layout, command.scan);
  choose_orientation("auto", command.scan);
  choose_isolation(isolation, command.scan);
  command.scan.min_confidence = default_min_confidence(command.scan.layout);
  command.recognizer = recognizer_options(options, decoding, device);
  command.scan.version = program_version();
  return command;
}

double pages_of(const pipeline::ScanSummary& run) {
  return static_cast<double>(run.pages_ok + run.pages_failed);
}

// The median, and how far apart the runs were.
std::string shown(std::vector<double> values, int decimals) {
  std::ranges::sort(values);
  const std::size_t n = values.size();
  const double median = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  if (n == 1) return fmt::format("{:.{}f}", median, decimals);
  return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", median, decimals, values.front(), decimals,
                     values.back(), decimals);
}

template <class F>
std::vector<double> over(const std::vector<pipeline::ScanSummary>& runs, F figure) {
  std::vector<double> values;
  for (const auto& run : runs) values.push_back(figure(run));
  return values;
}

std::string report(const std::vector<pipeline::ScanSummary>& runs, double load_seconds) {
  const pipeline::ScanSummary& first = runs.front();
  std::string text = fmt::format(
      "{} pages of {} documents, {} lines, {} threads, {} runs; the model was ready after {:.2f} s\n",
      first.pages_ok + first.pages_failed, first.documents, first.lines, first.jobs, runs.size(),
      load_seconds);
  text += fmt::format("pages/s       {}\n",
                      shown(over(runs, [](const auto& run) { return pages_of(run) / run.wall_seconds; }), 2));
  text += fmt::format(
      "lines/s       {}\n",
      shown(over(runs, [](const auto& run) { return static_cast<double>(run.lines) / run.wall_seconds; }),
            1));
  text += "milliseconds of a core a page:\n";
  for (std::size_t stage = 0; stage < first.busy_seconds.size(); ++stage) {
    const auto figure = [&](const auto& run) { return 1e3 * run.busy_seconds[stage].second / pages_of(run); };
    text += fmt::format("  {:<10} {}\n", first.busy_seconds[stage].first, shown(over(runs, figure), 2));
  }
  return text;
}

std::string report_json(const BenchCommand& command, const recognizer::ModelInfo& model,
                        const std::vector<pipeline::ScanSummary>& runs, double load_seconds) {
  boost::json::array all;
  for (const pipeline::ScanSummary& run : runs) {
    boost::json::object stages;
    for (const auto& [stage, seconds] : run.busy_seconds) stages[stage] = 1e3 * seconds / pages_of(run);
    all.push_back({{"wall_seconds", run.wall_seconds},
                   {"pages_per_second", pages_of(run) / run.wall_seconds},
                   {"lines_per_second", static_cast<double>(run.lines) / run.wall_seconds},
                   {"core_ms_per_page", std::move(stages)}});
  }
  const pipeline::ScanSummary& first = runs.front();
  return boost::json::serialize(boost::json::object{{"schema", 1},
                                                    {"version", command.scan.version},
                                                    {"model", model.name},
                                                    {"model_sha256", model.sha256},
                                                    {"jobs", first.jobs},
                                                    {"documents", first.documents},
                                                    {"pages", first.pages_ok + first.pages_failed},
                                                    {"pages_failed", first.pages_failed},
                                                    {"lines", first.lines},
                                                    {"model_load_seconds", load_seconds},
                                                    {"runs", std::move(all)}}) +
         "\n";
}

}  // namespace

ExitCode run_bench_command(const std::vector<std::string>& arguments) {
  const std::optional<BenchCommand> command = parse(arguments);
  if (!command) return ExitCode::kOk;
  // Before the work: a place that cannot be written to is reported at once.
  std::optional<io::OutputFile> json;
  if (!command->json.empty()) json.emplace(command->json);
  const auto start = std::chrono::steady_clock::now();
  const OpenModels models(find_models(command->models), command->recognizer);
  const std::chrono::duration<double> load = std::chrono::steady_clock::now() - start;
  const std::vector<pipeline::InputFile> files = pipeline::list_inputs(command->scan);

  std::vector<pipeline::ScanSummary> runs;
  for (int run = 0; run <= command->runs; ++run) {
    pipeline::ScanProgress progress;
    const StopSignals signals(progress.stop_requested);
    // Records are made and written, to where they vanish.
    const auto writer = io::make_jsonl_writer(std::filesystem::path("/dev/null"));
    const pipeline::ScanSummary summary =
        pipeline::run_scan(command->scan, files, models.set(), {writer.get()}, progress,
                           [&](const std::string&, const io::PageRecord& failed) {
                             if (run == 0) log_failure(failed);
                           });
    writer->finish();
    if (summary.stopped) return signals.received().value_or(ExitCode::kInternal);
    if (summary.pages_ok == 0) {
      spdlog::error("no page could be read in what was given");
      return ExitCode::kNoInput;
    }
    if (run > 0) runs.push_back(summary);
  }
  print_result(report(runs, load.count()));
  if (json) {
    json->write(report_json(*command, models.set().first().info(), runs, load.count()));
    json->commit();
  }
  return ExitCode::kOk;
}

}  // namespace ocrbatch::cli
