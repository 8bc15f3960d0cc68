#include "cli/dry_run.h"

#include <spdlog/spdlog.h>

#include "cli/stdout_guard.h"
#include "cli/summary.h"
#include "cli/text_layout.h"
#include "io/error.h"

namespace ocrbatch::cli {
namespace {

class Preview {
 public:
  explicit Preview(const pipeline::ScanOptions& options)
      : reading_(pipeline::make_page_reading(options, {})) {}

  void add(const pipeline::InputFile& file, const std::string& more) {
    const auto found = reading_->page_count(file.path);
    ++documents_;
    if (found) {
      const int page_count = found.value() - file.pages_before;
      pages_ += static_cast<std::uint64_t>(page_count);
      print_result(std::to_string(page_count) + "\t" + file.document + more + "\n");
    } else {
      ++failed_;
      print_result(std::string(io::error_code_name(found.error().code)) + "\t" + file.document + more + "\n");
      spdlog::error("{}: {}", file.document, found.error().message);
    }
  }

  std::string text() const { return counted(documents_, "document") + ", " + counted(pages_, "page"); }
  ExitCode exit_code(std::uint64_t documents_listed) const {
    if (documents_listed == failed_) return ExitCode::kNoInput;
    return failed_ > 0 ? ExitCode::kSomeFailed : ExitCode::kOk;
  }
  std::uint64_t documents() const { return documents_; }
  std::uint64_t pages() const { return pages_; }

 private:
  const std::unique_ptr<pipeline::PageReading> reading_;
  std::uint64_t documents_ = 0, failed_ = 0, pages_ = 0;
};

}  // namespace

ExitCode dry_run(const pipeline::ScanOptions& options) {
  Preview preview(options);
  for (const pipeline::InputFile& file : pipeline::list_inputs(options)) preview.add(file, "");
  spdlog::info("{}; nothing was read", preview.text());
  return preview.exit_code(preview.documents());
}

ExitCode dry_run_plan(const pipeline::ScanOptions& options, const pipeline::Plan& plan,
                      std::optional<double> thread_seconds_per_page) {
  Preview preview(options);
  auto to_read = plan.to_read.begin();
  for (const pipeline::PlannedDocument& planned : plan.documents)
    if (planned.action == pipeline::Action::kRead)
      preview.add(*to_read++, std::string("\t") + pipeline::reason_name(planned.reason));
  std::string time;
  if (thread_seconds_per_page && preview.pages() > 0) {
    time = " (about " +
           duration_text(static_cast<double>(preview.pages()) * *thread_seconds_per_page /
                         pipeline::job_count(options)) +
           " at this machine's last rate)";
  }
  spdlog::info("{} would be read{}; nothing was{}", preview.text(), time, increments_text(plan.summary));
  return preview.exit_code(plan.summary.listed);
}

}  // namespace ocrbatch::cli
