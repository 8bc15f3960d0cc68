// ocrbatch merge: the outputs of shards become one, after a look at whether everything is there.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <ranges>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/options.h"
#include "cli/stdout_guard.h"
#include "cli/text_layout.h"
#include "cli/values.h"
#include "pipeline/merge.h"
#include "pipeline/state/output_lock.h"
#include "pipeline/state/output_paths.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kDescription =
    "Joins the JSON Lines of several runs over parts of an archive (scan --shard) into what one run over all "
    "of "
    "it would have written: one record a page, in the order of the input.\n"
    "\n"
    "First it makes sure that nothing is missing and nothing there twice. With --input it knows what there "
    "is "
    "to be read; documents without a record then go to standard output, as a list that `ocrbatch scan -` "
    "reads. "
    "The joined file appears only when all is well.\n"
    "\n"
    "  ocrbatch merge parts/*.jsonl --input /archive --out results.jsonl >missing.txt\n"
    "  ocrbatch scan - --out parts/rest.jsonl <missing.txt";

struct MergeArguments {
  std::vector<std::string> shards;
  std::string out, pages;
  pipeline::ScanOptions scan;  // what the runs were given
  bool allow_missing = false;
};

bool parse(const std::vector<std::string>& arguments, MergeArguments& a) {
  CommandOptions options("merge SHARD.jsonl... --out FILE [options]", kDescription);
  options.positional(&a.shards);
  // clang-format off
  options.group("Output")
      ("out,o", value(&a.out, "FILE"), "the joined JSON Lines; an existing file is replaced")
      ("allow-missing", flag(&a.allow_missing), "write what is there although documents or pages are missing");
  options.group("Input of the runs")
      ("input", value(&a.scan.inputs, "PATH"), "a file or folder that the runs read, as it was given to them (repeatable)")
      ("include", value(&a.scan.include, "GLOB"), "as given to the runs (repeatable)")
      ("exclude", value(&a.scan.exclude, "GLOB"), "as given to the runs (repeatable)")
      ("pages", value(&a.pages, "LIST"), "as given to the runs");
  // clang-format on
  if (!options.parse(arguments)) return false;
  if (a.shards.empty()) throw UsageError("merge needs the JSON Lines of the runs");
  if (a.out.empty()) throw UsageError("--out is missing");
  if (!a.pages.empty()) a.scan.pages = parse_pages(a.pages);
  return true;
}

void report(const std::vector<std::string>& documents, const char* what) {
  constexpr std::size_t kShown = 20;
  for (const std::string& document : documents | std::views::take(kShown))
    spdlog::error("{}: {}", document, what);
  if (documents.size() > kShown) spdlog::error("and {} more", with_thousands(documents.size() - kShown));
}

// Separated by NUL bytes where a name holds a line break, as `scan -` understands it.
void print_list(const std::vector<std::string>& documents) {
  const bool line_breaks = std::ranges::any_of(
      documents, [](const std::string& document) { return document.find('\n') != std::string::npos; });
  std::string text;
  for (const std::string& document : documents) text += document + (line_breaks ? '\0' : '\n');
  print_result(text);
}

}  // namespace

ExitCode run_merge_command(const std::vector<std::string>& arguments) {
  MergeArguments a;
  if (!parse(arguments, a)) return ExitCode::kOk;
  const std::vector<std::filesystem::path> shards(a.shards.begin(), a.shards.end());
  std::optional<std::vector<pipeline::InputFile>> inputs;
  if (!a.scan.inputs.empty()) inputs = pipeline::list_inputs(a.scan);

  const pipeline::MergePlan plan = pipeline::plan_merge(shards, inputs, a.scan.pages);
  report(plan.repeated, "stands in more than one place");
  report(plan.incomplete, "pages are missing");
  report(plan.missing, "has no record");
  if (!plan.unlisted.empty()) {
    spdlog::warn("{} that {} not among the inputs: kept, at the end",
                 counted(plan.unlisted.size(), "document"), plan.unlisted.size() == 1 ? "is" : "are");
  }
  std::vector<std::string> to_read = plan.missing;
  to_read.insert(to_read.end(), plan.incomplete.begin(), plan.incomplete.end());
  print_list(to_read);

  const bool writes = plan.is_whole() || (a.allow_missing && plan.repeated.empty());
  if (writes) {
    // Like a scan: the output may be one that goes on being written.
    std::optional<pipeline::OutputLock> lock;
    if (pipeline::can_have_state(a.out))
      lock.emplace(pipeline::output_paths(a.out, {}).lock, a.out, "ocrbatch merge");
    pipeline::write_merged(plan, shards, a.out);
  }
  spdlog::info("{} of {} in {}{}", counted(plan.records, "record"),
               counted(plan.documents.size(), "document"), counted(shards.size(), "shard"),
               writes ? "" : ": not joined");
  return plan.is_whole() ? ExitCode::kOk : ExitCode::kSomeFailed;
}

}  // namespace ocrbatch::cli
