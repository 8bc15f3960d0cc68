#include "cli/data_check.h"

#include <spdlog/spdlog.h>

#include <boost/algorithm/string/join.hpp>
#include <boost/json.hpp>
#include <numeric>

#include "cli/errors.h"
#include "io/writers/output_file.h"
#include "io/writers/text_encoding.h"
#include "recognizer/train/source_mix.h"

namespace ocrbatch::cli {
namespace {

using recognizer::DataCheck;
using recognizer::DataProblem;
using recognizer::SourceReport;
using recognizer::Spread;

constexpr std::pair<DataProblem, const char*> kProblems[] = {
    {DataProblem::kUnreadable, "cannot be read"},
    {DataProblem::kEmptyLabel, "without a label"},
    {DataProblem::kTooShort, "too short for their label"},
    {DataProblem::kUnknownLetter, "with characters outside the alphabet"},
    {DataProblem::kDuplicate, "are training lines, too"}};

std::uint64_t count_of(const SourceReport& report, DataProblem problem) {
  return report.problems[static_cast<std::size_t>(problem)];
}

std::string problems_of(const SourceReport& report) {
  std::vector<std::string> parts;
  for (const auto& [problem, words] : kProblems) {
    if (count_of(report, problem) > 0)
      parts.push_back(fmt::format("{} {}", count_of(report, problem), words));
  }
  return boost::algorithm::join(parts, ", ");
}

std::string shown(const Spread& spread) {
  return fmt::format("{}/{}/{}/{}", spread[0], spread[1], spread[2], spread[3]);
}

boost::json::value to_json(const Spread& spread) {
  return {{"p1", spread[0]}, {"p50", spread[1]}, {"p99", spread[2]}, {"max", spread[3]}};
}

void write_report(const std::filesystem::path& file, const std::vector<SourceReport>& reports,
                  const DataCheck& check) {
  std::filesystem::create_directories(file.parent_path());
  io::OutputFile out(file);
  const auto row = [&](const boost::json::object& object) {
    out.write(boost::json::serialize(object) + "\n");
  };
  for (const SourceReport& report : reports) {
    boost::json::object counts;
    for (int i = 0; i < recognizer::kDataProblems; ++i)
      counts[data_problem_name(static_cast<DataProblem>(i))] = report.problems[static_cast<std::size_t>(i)];
    row({{"kind", "source"},
         {"source", io::valid_utf8(report.source)},
         {"use", report.validation ? "validation" : "training"},
         {"lines", report.lines},
         {"sample", report.sample},
         {"problems", std::move(counts)},
         {"width_px", to_json(report.widths_px)},
         {"characters", to_json(report.characters)}});
  }
  for (const auto& [character, unknown] : check.unknown_characters()) {
    row({{"kind", "character"},
         {"character", io::valid_utf8(character)},
         {"count", unknown.count},
         {"text", io::valid_utf8(unknown.example)},
         {"line", io::valid_utf8(unknown.line)}});
  }
  for (const auto& finding : check.findings()) {
    row({{"kind", data_problem_name(finding.problem)},
         {"source", io::valid_utf8(finding.source)},
         {"line", io::valid_utf8(finding.line)},
         {"text", io::valid_utf8(finding.text)}});
  }
  out.commit();
}

void log_summary(const std::vector<SourceReport>& reports, const DataCheck& check) {
  for (const SourceReport& report : reports) {
    spdlog::info("{} {}: {}{} lines · characters {} · width {} px (1st, 50th, 99th percentile, largest)",
                 report.validation ? "validation" : "training", report.source,
                 report.sample ? "a sample of " : "", report.lines, shown(report.characters),
                 shown(report.widths_px));
    if (const std::string problems = problems_of(report); !problems.empty())
      spdlog::warn("{}: {}", report.source, problems);
  }
  constexpr std::size_t kShown = 20, kShownUnreadable = 5;
  std::vector<std::pair<std::string, recognizer::UnknownCharacter>> unknown(
      check.unknown_characters().begin(), check.unknown_characters().end());
  std::ranges::stable_sort(unknown,
                           [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  for (std::size_t i = 0; i < std::min(kShown, unknown.size()); ++i) {
    const auto& [character, found] = unknown[i];
    spdlog::warn("not in the alphabet, left out of labels: {} ({} x, as in \"{}\", {})", character,
                 found.count, found.example, found.line);
  }
  if (unknown.size() > kShown)
    spdlog::warn("and {} other characters that are not in the alphabet", unknown.size() - kShown);
  std::size_t unreadable = 0;
  for (const auto& finding : check.findings()) {
    if (finding.problem == DataProblem::kUnreadable && unreadable++ < kShownUnreadable)
      spdlog::warn("left out: {}", finding.line);
  }
}

void leave_out(LineData& set, const SourceReport& report) {
  if (report.sample) return;
  const auto& kept = report.validation ? report.readable : report.usable;
  if (kept.empty())
    throw InputError(set.spec + ": none of its " + std::to_string(report.lines) + " lines can be used (" +
                     problems_of(report) + ")");
  if (kept.size() < report.lines) set.lines = recognizer::select(std::move(set.lines), kept);
}

}  // namespace

void check_data(std::vector<LineData>& train, std::vector<LineData>& validation,
                const recognizer::Alphabet& alphabet, const DataCheckOptions& options) {
  DataCheck check(alphabet, options.can_align, options.threads);
  std::vector<SourceReport> reports;
  for (const auto& [sets, is_validation] : {std::pair{&train, false}, {&validation, true}}) {
    for (const LineData& set : *sets) {
      reports.push_back(check.look_at(*set.lines, set.spec, is_validation, options.should_stop));
      if (options.should_stop()) return;
    }
  }
  const std::size_t findings = check.findings().size();
  if (!options.report.empty()) {
    write_report(options.report, reports, check);
    log_summary(reports, check);
    if (findings > 0) spdlog::info("all {} findings: {}", findings, options.report.string());
  }
  if (options.strict && findings > 0)
    throw InputError(
        fmt::format("--strict: {} findings in the data; correct or take out what {} lists, or leave "
                    "--strict out",
                    findings, options.report.empty() ? "the report" : options.report.string()));
  std::size_t i = 0;
  for (auto* sets : {&train, &validation}) {
    for (LineData& set : *sets) leave_out(set, reports[i++]);
  }
}

}  // namespace ocrbatch::cli
