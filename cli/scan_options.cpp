#include "cli/scan_options.h"

#include <algorithm>
#include <iostream>

#include "cli/decoding_options.h"
#include "cli/errors.h"
#include "cli/reading_options.h"
#include "cli/shard_option.h"
#include "cli/values.h"
#include "cli/version.h"
#include "pipeline/state/output_paths.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kDescription =
    "Reads every page of the given documents (PDF, PNG, JPEG, TIFF, WebP, JPEG 2000, BMP, PNM, GIF; told "
    "apart by "
    "content) and writes what it read: one JSON record a page, in the order of the input. A document that "
    "cannot be "
    "read becomes an error record, and the run goes on.\n"
    "\n"
    "INPUT is a file, a folder (searched through, hidden names left out), or - for a list of paths on "
    "standard input, "
    "one a line or separated by NUL bytes.\n"
    "\n"
    "  ocrbatch scan ./docs --out results.jsonl\n"
    "  find /archive -name '*.tif' -print0 | ocrbatch scan - --out - | jq -r .text";

// Replaces each "-" by the paths on standard input, where it can stand only once.
std::vector<std::string> expand_inputs(const std::vector<std::string>& given, bool& list_was_empty) {
  if (std::ranges::count(given, "-") > 1)
    throw UsageError("the list on standard input (-) can be given once only");
  std::vector<std::string> inputs;
  for (const std::string& input : given) {
    if (input.empty()) throw UsageError("an INPUT is empty");
    if (input != "-") {
      inputs.push_back(input);
      continue;
    }
    const std::vector<std::string> listed = read_path_list(std::cin);
    inputs.insert(inputs.end(), listed.begin(), listed.end());
  }
  list_was_empty = inputs.empty();
  return inputs;
}

void check(const ScanCommand& command, const CommandOptions& options) {
  const pipeline::ScanOptions& scan = command.scan;
  check_jobs(options, scan.jobs);
  require_device_list(command.recognizer.device);
  if (options.given("dpi") && !(scan.dpi >= 36 && scan.dpi <= 2400)) {
    throw UsageError("--dpi: must be 36 to 2400");
  }
  if (!(scan.max_error_rate >= 0 && scan.max_error_rate <= 1)) {
    throw UsageError("--max-error-rate: must be 0 to 1");
  }
  if (options.given("max-pages") && scan.max_pages < 1) throw UsageError("--max-pages: must be at least 1");
  if (!(scan.workers.timeout_s >= 0.1 && scan.workers.timeout_s <= 1e6))
    throw UsageError("--timeout: must be 0.1 to 1000000 seconds");
  if (!(scan.min_confidence >= 0 && scan.min_confidence <= 1))
    throw UsageError("--min-confidence: must be from 0 to 1");
  if (!(scan.max_megapixels > 0)) throw UsageError("--max-megapixels: must be more than 0");
  if (command.out.empty() && command.hocr.empty() && command.txt.empty() && !command.dry_run) {
    throw UsageError(
        "scan has nowhere to write: add --out FILE (or --out - for standard output), --hocr DIR or --txt "
        "DIR");
  }
  const bool to_file = !command.out.empty() && command.out != "-" && pipeline::can_have_state(command.out);
  for (const char* option : {"state", "force", "update", "retry", "prune"}) {
    if (!options.given(option)) continue;
    if (!to_file) throw UsageError(std::string("--") + option + ": needs --out FILE, a file that stays");
    if (command.state == "none" && option != std::string("state"))
      throw UsageError(std::string("--") + option +
                       ": means nothing with --state none, which reads everything");
  }
  std::error_code error;
  if (!command.state.empty() &&
      (command.state == command.out || std::filesystem::equivalent(command.state, command.out, error)))
    throw UsageError("--state: is the file that --out names");
}

}  // namespace

bool has_state(const ScanCommand& command) {
  return !command.out.empty() && command.out != "-" && command.state != "none" &&
         pipeline::can_have_state(command.out);
}

std::optional<ScanCommand> parse_scan_command(const std::vector<std::string>& arguments) {
  ScanCommand command;
  pipeline::ScanOptions& scan = command.scan;
  scan.max_pages = 100'000;
  std::vector<std::string> given;
  std::string pages, max_memory, worker_memory, shard, layout = "fast", orientation = "auto",
                                                       isolation = "workers";
  DecodingChoices decoding;

  CommandOptions options("scan INPUT... --out FILE|- [options]", kDescription);
  options.positional(&given);
  // clang-format off
  options.group("Output")
      ("out,o", value(&command.out, "FILE|-"), "JSON Lines, a record a page, to a file or to standard output; a file keeps the documents that have not changed since it was written")
      ("hocr", value(&command.hocr, "DIR"), "hOCR, a file a document, in folders that mirror the input")
      ("txt", value(&command.txt, "DIR"), "plain text, in the same way")
      ("timings", flag(&scan.timings), "put each page's timing_ms into its record (the same input then no longer gives the same bytes)")
      ("stats", value(&command.stats, "FILE"), "write what the run did, and where its time went, as JSON")
      ("metrics", value(&command.metrics, "FILE"), "the run for Prometheus (node_exporter's textfile collector), renewed every 15 s");
  options.group("Increments")
      ("state", value(&command.state, "FILE|none"), "where to keep what is known of the documents in --out; default: OUT.state beside it; none: read everything and replace OUT")
      ("force", flag(&command.increments.force), "read everything that is listed again")
      ("update", flag(&command.increments.update), "read again what was read with another model or other settings")
      ("retry", flag(&command.increments.retry), "read documents again in which pages failed")
      ("prune", flag(&command.increments.prune), "drop documents that this run's inputs do not list, as their files are gone");
  options.group("Input")
      ("include", value(&scan.include, "GLOB"), "from folders, take files whose name or path below the folder matches, whatever their content (repeatable)")
      ("exclude", value(&scan.exclude, "GLOB"), "from folders, leave out files and folders that match (repeatable)")
      ("shard", value(&shard, "I/N"), "only the I-th of N parts of the documents, told apart by their names; auto: as Slurm's job array or Kubernetes' indexed job says. {shard} in the names of output files becomes the part's number")
      ("pages", value(&pages, "LIST"), "only these pages of each document, for example 1-3,7,10-")
      ("dpi", value(&scan.dpi, "N"), "render PDF pages at N dpi; default: a page that is one image is taken as it is stored, others are rendered as they were scanned, within 150-400, and at 200 to 300 where they are no scan, as their small print needs")
      ("max-megapixels", value(&scan.max_megapixels, "N"), "render larger PDF pages at a lower dpi, down to 100, and refuse other pages that are larger (default 400)")
      ("max-pages", value(&scan.max_pages, "N"), "refuse documents with more pages than this, of those selected by --pages (default 100000)")
      ("max-error-rate", value(&scan.max_error_rate, "SHARE"), "stop when more than this share (0 to 1) of at least 50 pages and documents failed: then something else is wrong; default 1, never")
      ("dry-run", flag(&command.dry_run), "list the documents that would be read with their page counts, and with --out FILE why; read nothing");
  auto recognition = options.group("Recognition");
  recognition
      ("model", value(&command.models, "NAME|DIR"), "a model by name (see `ocrbatch models list`) or its folder. Repeated: the first reads every page, the others those that it does not read well and has no characters for; default latin-fast, and chinese-fast for such pages")
      ("layout", value(&layout, "MODE"), "fast (default): find blocks, lines and reading order with own code; tesseract: with Tesseract, which takes several times as long; line: every image is one text line")
      ("orientation", value(&orientation, "HOW"), "auto (default): a page that does not read well is tried turned by 90, 180 or 270 degrees, and stays turned where it then reads clearly better; off: pages are read as their documents have them");
  add_decoding_options(recognition, decoding);
  recognition("min-confidence", value(&scan.min_confidence, "X"), "leave out lines that were read with less confidence (0 to 1): dirt, drawings, handwriting; default 0.5, or 0 with --layout line; 0: keep all");
  options.group("Resources")
      ("jobs,j", value(&scan.jobs, "N"), "threads in all; default: the cores that this process may use")
      ("device", value(&command.recognizer.device, "NAME"), "auto (default), cpu, cuda, cuda:N, or several as cuda:N,M")
      ("max-memory", value(&max_memory, "SIZE"), "for decoded pages in flight, for example 512M; default: a quarter of the memory, at most 2G");
  options.group("Isolation")
      ("isolation", value(&isolation, "HOW"), "where documents are decoded and searched for lines: workers (default): in processes that may only read files, can be killed, and cost no more than the page they fail on; off: in this process")
      ("timeout", value(&scan.workers.timeout_s, "SECONDS"), "most that a page, or opening a document, may take of a worker (default 300)")
      ("worker-memory", value(&worker_memory, "SIZE"), "most that a document may take of a worker, for example 2G; default: 512M and 12 bytes a pixel of --max-megapixels, at most three quarters of the memory");
  // clang-format on
  if (!options.parse(arguments)) return std::nullopt;

  if (given.empty())
    throw UsageError("scan needs an INPUT: a file, a folder, or - for a list on standard input");
  check(command, options);
  choose_layout(layout, scan);
  choose_orientation(orientation, scan);
  if (!options.given("min-confidence")) scan.min_confidence = default_min_confidence(scan.layout);
  command.recognizer = recognizer_options(options, decoding, command.recognizer.device);
  if (options.given("shard")) {
    scan.shard = parse_shard(shard, environment_variable);
    for (std::string* name : {&command.out, &command.state, &command.stats, &command.metrics})
      *name = with_shard(std::move(*name), scan.shard);
  }
  choose_isolation(isolation, scan);
  if (isolation == "workers") {
    if (options.given("worker-memory"))
      scan.workers.memory_bytes = parse_size("--worker-memory", worker_memory);
    if (options.given("worker-memory") && scan.workers.memory_bytes < (64 << 20))
      throw UsageError("--worker-memory: must be at least 64M");
  } else {
    for (const char* name : {"timeout", "worker-memory"})
      if (options.given(name)) throw UsageError(std::string("--") + name + " needs --isolation workers");
  }
  if (options.given("pages")) scan.pages = parse_pages(pages);
  if (options.given("max-memory")) scan.max_memory_bytes = parse_size("--max-memory", max_memory);
  scan.version = program_version();
  command.line = "ocrbatch scan";
  for (const std::string& argument : arguments) command.line += " " + argument;
  command.quiet = options.quiet();
  command.progress = options.progress();
  scan.inputs = expand_inputs(given, command.list_was_empty);
  return command;
}

}  // namespace ocrbatch::cli
