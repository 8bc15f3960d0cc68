#include "cli/summary.h"

#include <spdlog/fmt/fmt.h>
#include <sys/resource.h>

#include <boost/json.hpp>

#include "cli/text_layout.h"

namespace ocrbatch::cli {
namespace {

std::uint64_t pages_done(const pipeline::ScanSummary& summary) {
  return summary.pages_ok + summary.pages_failed;
}

double pages_per_second(const pipeline::ScanSummary& summary) {
  return summary.wall_seconds > 0 ? static_cast<double>(pages_done(summary)) / summary.wall_seconds : 0;
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string failures_text(const pipeline::ScanSummary& summary) {
  std::string text;
  if (summary.pages_failed > 0) text = counted(summary.pages_failed, "page");
  if (summary.documents_failed > 0) {
    text += (text.empty() ? "" : " and ") + counted(summary.documents_failed, "document");
  }
  text += " (";
  bool first = true;
  for (const auto& [code, count] : summary.errors_by_code) {
    text += fmt::format("{}{} {}", first ? "" : ", ", code, with_thousands(count));
    first = false;
  }
  return text + ")";
}

std::string time_text(const pipeline::ScanSummary& summary) {
  double total = 0;
  for (const auto& [stage, seconds] : summary.busy_seconds) total += seconds;
  std::string text;
  for (const auto& [stage, seconds] : summary.busy_seconds) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {:.0f} %", stage, total > 0 ? 100 * seconds / total : 0);
  }
  if (summary.wall_seconds > 0) text += fmt::format("; {:.1f} threads busy", total / summary.wall_seconds);
  return text;
}

std::string memory_text(const pipeline::ScanSummary& summary) {
  const auto mib = [](std::uint64_t bytes) { return static_cast<double>(bytes) / 1048576; };
  std::string text = fmt::format("{:.0f} MiB at most", mib(peak_rss_bytes() + summary.workers.peak_bytes));
  if (summary.workers.started > 0)
    text += fmt::format(", {:.0f} of them in workers", mib(summary.workers.peak_bytes));
  return text + fmt::format("; {:.0f} MiB were set aside for pages", mib(summary.peak_bytes_in_flight));
}

}  // namespace

std::string summary_text(const pipeline::ScanSummary& summary) {
  std::string text = summary.stopped ? "stopped after " : "";
  text += fmt::format("{} of {} in {} ({:.1f} pages/s): {}, {}", counted(pages_done(summary), "page"),
                      counted(summary.documents, "document"), duration_text(summary.wall_seconds),
                      pages_per_second(summary), counted(summary.lines, "line"),
                      counted(summary.characters, "character"));
  if (summary.pages_failed + summary.documents_failed > 0) text += "\n  failed  " + failures_text(summary);
  if (!summary.busy_seconds.empty()) text += "\n  time    " + time_text(summary);
  text += "\n  memory  " + memory_text(summary);
  if (summary.workers.lost > 0) text += "\n  workers " + with_thousands(summary.workers.lost) + " lost";
  return text;
}

std::string summary_json(const pipeline::ScanSummary& summary, const recognizer::ModelInfo& model,
                         const std::string& version) {
  boost::json::object errors, busy;
  for (const auto& [code, count] : summary.errors_by_code) errors[code] = count;
  for (const auto& [stage, seconds] : summary.busy_seconds) busy[stage] = seconds;
  const boost::json::object workers{{"started", summary.workers.started},
                                    {"lost", summary.workers.lost},
                                    {"recycled", summary.workers.recycled},
                                    {"peak_rss_bytes", summary.workers.peak_bytes},
                                    {"memory_limit_bytes", summary.workers.memory_limit_bytes}};
  return boost::json::serialize(boost::json::object{{"schema", 1},
                                                    {"version", version},
                                                    {"model", model.name},
                                                    {"model_sha256", model.sha256},
                                                    {"documents", summary.documents},
                                                    {"documents_failed", summary.documents_failed},
                                                    {"pages_ok", summary.pages_ok},
                                                    {"pages_failed", summary.pages_failed},
                                                    {"errors", errors},
                                                    {"lines", summary.lines},
                                                    {"characters", summary.characters},
                                                    {"stopped", summary.stopped},
                                                    {"wall_seconds", summary.wall_seconds},
                                                    {"pages_per_second", pages_per_second(summary)},
                                                    {"busy_seconds", busy},
                                                    {"peak_bytes_in_flight", summary.peak_bytes_in_flight},
                                                    {"peak_rss_bytes", peak_rss_bytes()},
                                                    {"workers", workers}}) +
         "\n";
}

}  // namespace ocrbatch::cli
