#include "cli/summary.h"

#include <spdlog/fmt/fmt.h>
#include <sys/resource.h>

#include <boost/json.hpp>
#include <ranges>

#include "cli/text_layout.h"

namespace ocrbatch::cli {
namespace {

std::uint64_t pages_done(const pipeline::ScanSummary& summary) {
  return summary.pages_ok + summary.pages_failed;
}

double pages_per_second(const pipeline::ScanSummary& summary) {
  return summary.wall_seconds > 0 ? static_cast<double>(pages_done(summary)) / summary.wall_seconds : 0;
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

double busy_share(const pipeline::DeviceSummary& device, const pipeline::ScanSummary& summary) {
  return summary.wall_seconds > 0 ? device.busy_seconds / summary.wall_seconds : 0;
}

std::string devices_text(const pipeline::ScanSummary& summary) {
  std::string text;
  for (const pipeline::DeviceSummary& device : summary.devices)
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", device.name,
                        100 * busy_share(device, summary));
  return text;
}

std::string memory_text(const pipeline::ScanSummary& summary) {
  const auto mib = [](std::uint64_t bytes) { return static_cast<double>(bytes) / 1048576; };
  std::string text = fmt::format("{:.0f} MiB at most", mib(peak_rss_bytes() + summary.workers.peak_bytes));
  if (summary.workers.started > 0)
    text += fmt::format(", {:.0f} of them in workers", mib(summary.workers.peak_bytes));
  return text + fmt::format("; {:.0f} MiB were set aside for pages", mib(summary.peak_bytes_in_flight));
}

// All but the first.
std::string other_models_text(const std::vector<recognizer::ModelInfo>& models) {
  std::string text;
  for (std::size_t i = 1; i < models.size(); ++i) text += (i > 1 ? " or " : "") + models[i].name;
  return text;
}

// "3 documents, 1 missing": the parts that are more than 0.
std::string parts_text(std::initializer_list<std::pair<std::uint64_t, std::string>> parts) {
  std::string text;
  for (const auto& [count, what] : parts)
    if (count > 0) text += (text.empty() ? "" : ", ") + what;
  return text;
}

boost::json::object increments_json(const pipeline::IncrementSummary& i) {
  return {{"documents_listed", i.listed},
          {"kept", i.kept},
          {"moved", i.moved},
          {"read_new", i.read_new},
          {"read_changed", i.read_changed},
          {"read_out_of_date", i.read_out_of_date},
          {"read_again", i.read_again},
          {"out_of_date", i.out_of_date},
          {"missing", i.missing},
          {"not_listed", i.not_listed},
          {"pruned", i.pruned},
          {"resumed_documents", i.resumed},
          {"resumed_pages", i.resumed_pages},
          {"resumed_failures", i.resumed_failures},
          {"failed_before_pages", i.failed_before_pages},
          {"failed_before_documents", i.failed_before_documents}};
}

}  // namespace

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string increments_text(const pipeline::IncrementSummary& i) {
  std::string text;
  const auto line = [&](const char* title, const std::string& content) {
    if (!content.empty()) text += fmt::format("\n  {:<8}{}", title, content);
  };
  const auto plain = [](std::uint64_t count, const std::string& what) {
    return std::pair(count, with_thousands(count) + " " + what);
  };
  const auto noun = [](std::uint64_t count, const std::string& what, const std::string& more = "") {
    return std::pair(count, counted(count, what) + more);
  };
  line("kept", parts_text({noun(i.kept + i.moved, "document"), plain(i.moved, "of them under a new name"),
                           plain(i.out_of_date, "out of date (--update reads them)"),
                           plain(i.missing, "without their file"),
                           plain(i.not_listed, "not listed (--prune drops them)")}));
  line("resumed", parts_text({noun(i.resumed, "document"), noun(i.resumed_pages, "page")}));
  line("read",
       parts_text({plain(i.read_new, "new"), plain(i.read_changed, "changed"),
                   plain(i.read_out_of_date, "that were out of date"), plain(i.read_again, "again")}));
  line("dropped", parts_text({noun(i.pruned, "document")}));
  line("failed",
       parts_text({noun(i.failed_before_pages, "page", " in earlier runs (--retry reads them)"),
                   noun(i.failed_before_documents, "document", " in earlier runs (--retry reads them)")}));
  return text;
}

std::string summary_text(const ScanOutcome& outcome) {
  const pipeline::ScanSummary& summary = outcome.summary;
  std::string text = summary.stopped ? "stopped after " : "";
  if (outcome.increments && summary.documents == 0 && !summary.stopped) {
    text += "nothing to read, in " + duration_text(summary.wall_seconds);
  } else {
    text += fmt::format("{} of {} in {} ({:.1f} pages/s): {}, {}", counted(pages_done(summary), "page"),
                        counted(summary.documents, "document"), duration_text(summary.wall_seconds),
                        pages_per_second(summary), counted(summary.lines, "line"),
                        counted(summary.characters, "character"));
  }
  if (outcome.increments) text += increments_text(*outcome.increments);
  if (summary.pages_failed + summary.documents_failed > 0) text += "\n  failed  " + failures_text(summary);
  if (summary.lines_left_out > 0)
    text += "\n  unsure  " + counted(summary.lines_left_out, "line") + " left out (--min-confidence)";
  if (summary.pages_turned > 0)
    text += "\n  turned  " + counted(summary.pages_turned, "page") + " (--orientation)";
  if (summary.pages_of_other_models > 0)
    text += "\n  models  " + counted(summary.pages_of_other_models, "page") + " read by " +
            other_models_text(outcome.models);
  if (!summary.busy_seconds.empty()) text += "\n  time    " + time_text(summary);
  if (!summary.devices.empty()) text += "\n  devices " + devices_text(summary) + " busy";
  text += "\n  memory  " + memory_text(summary);
  if (summary.workers.lost > 0) text += "\n  workers " + with_thousands(summary.workers.lost) + " lost";
  if (!outcome.unfinished.empty())
    text += "\n  what is finished is in " + outcome.unfinished + "; the same command goes on from there";
  return text;
}

std::string summary_json(const ScanOutcome& outcome, const std::string& version) {
  const pipeline::ScanSummary& summary = outcome.summary;
  boost::json::object errors, busy;
  for (const auto& [code, count] : summary.errors_by_code) errors[code] = count;
  for (const auto& [stage, seconds] : summary.busy_seconds) busy[stage] = seconds;
  boost::json::object queues;
  for (const pipeline::QueueSummary& queue : summary.queues)
    queues[queue.name] = {{"mean_pages", queue.mean_pages}, {"peak_pages", queue.peak_pages}};
  boost::json::object devices;
  for (const pipeline::DeviceSummary& device : summary.devices)
    devices[device.name] = {{"busy_seconds", device.busy_seconds},
                            {"busy_share", busy_share(device, summary)}};
  boost::json::array other_models;
  for (const recognizer::ModelInfo& model : outcome.models | std::views::drop(1))
    other_models.push_back({{"model", model.name}, {"model_sha256", model.sha256}});
  const boost::json::object workers{{"started", summary.workers.started},
                                    {"lost", summary.workers.lost},
                                    {"recycled", summary.workers.recycled},
                                    {"peak_rss_bytes", summary.workers.peak_bytes},
                                    {"memory_limit_bytes", summary.workers.memory_limit_bytes}};
  boost::json::object stats{{"schema", 1},
                            {"version", version},
                            {"model", outcome.models.front().name},
                            {"model_sha256", outcome.models.front().sha256},
                            {"other_models", other_models},
                            {"documents", summary.documents},
                            {"documents_failed", summary.documents_failed},
                            {"pages_ok", summary.pages_ok},
                            {"pages_failed", summary.pages_failed},
                            {"errors", errors},
                            {"lines", summary.lines},
                            {"lines_left_out", summary.lines_left_out},
                            {"pages_turned", summary.pages_turned},
                            {"pages_of_other_models", summary.pages_of_other_models},
                            {"characters", summary.characters},
                            {"stopped", summary.stopped},
                            {"wall_seconds", summary.wall_seconds},
                            {"pages_per_second", pages_per_second(summary)},
                            {"jobs", summary.jobs},
                            {"busy_seconds", busy},
                            {"queues", queues},
                            {"devices", devices},
                            {"peak_bytes_in_flight", summary.peak_bytes_in_flight},
                            {"peak_rss_bytes", peak_rss_bytes()},
                            {"workers", workers}};
  if (outcome.increments) stats["increments"] = increments_json(*outcome.increments);
  return boost::json::serialize(stats) + "\n";
}

}  // namespace ocrbatch::cli
