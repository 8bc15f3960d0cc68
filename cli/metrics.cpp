#include "cli/metrics.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include "cli/summary.h"
#include "io/writers/output_file.h"

namespace ocrbatch::cli {
namespace {

constexpr std::chrono::seconds kEvery{15};  // Prometheus' usual scrape interval
constexpr const char* kLastSuccess = "ocrbatch_last_success_timestamp_seconds";

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

bool is_success(ExitCode code) {
  return code == ExitCode::kOk || code == ExitCode::kSomeFailed;
}

class MetricsText {
 public:
  void gauge(const std::string& name, const char* help, double value) {
    family(name, help);
    sample(name, value);
  }
  void family(const std::string& name, const char* help) {
    text_ += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
  }
  void sample(const std::string& name_and_labels, double value) {
    text_ += fmt::format("{} {}\n", name_and_labels, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_progress(MetricsText& text, const pipeline::ScanProgress& progress) {
  const auto failed = static_cast<double>(progress.pages_failed);
  text.family("ocrbatch_pages", "Pages done in this run.");
  text.sample("ocrbatch_pages{status=\"ok\"}", static_cast<double>(progress.pages_done) - failed);
  text.sample("ocrbatch_pages{status=\"error\"}", failed);
  text.gauge("ocrbatch_pages_found", "Pages of the documents opened so far.",
             static_cast<double>(progress.pages_found));
  text.gauge("ocrbatch_documents_listed", "Documents given to this run.",
             static_cast<double>(progress.documents_listed));
  text.gauge("ocrbatch_documents_done", "Documents done in this run.",
             static_cast<double>(progress.documents_done));
  text.family("ocrbatch_queue_pages", "Pages that wait for a stage now.");
  for (const auto& [name, queue] : progress.queues.named())
    text.sample(fmt::format("ocrbatch_queue_pages{{stage=\"{}\"}}", name), static_cast<double>(queue.now()));
  text.gauge("ocrbatch_lines", "Text lines recognized in this run.",
             static_cast<double>(progress.lines_done));
}

void add_summary(MetricsText& text, const pipeline::ScanSummary& summary) {
  text.family("ocrbatch_errors", "Pages and documents that failed in this run, by error code.");
  for (const auto& [code, count] : summary.errors_by_code) {
    text.sample(fmt::format("ocrbatch_errors{{code=\"{}\"}}", code), static_cast<double>(count));
  }
  text.gauge("ocrbatch_documents_failed", "Documents that could not be opened.",
             static_cast<double>(summary.documents_failed));
  text.family("ocrbatch_stage_busy_seconds", "Busy time of all threads in a stage.");
  for (const auto& [stage, seconds] : summary.busy_seconds) {
    text.sample(fmt::format("ocrbatch_stage_busy_seconds{{stage=\"{}\"}}", stage), seconds);
  }
  text.gauge("ocrbatch_peak_resident_bytes", "Most memory that the run held.",
             static_cast<double>(peak_rss_bytes() + summary.workers.peak_bytes));
  text.gauge("ocrbatch_run_duration_seconds", "Wall time of the run.", summary.wall_seconds);
}

}  // namespace

std::string metrics_text(const MetricsSnapshot& snapshot) {
  MetricsText text;
  text.gauge("ocrbatch_run_start_timestamp_seconds", "When this run began.", snapshot.start_time_seconds);
  text.gauge("ocrbatch_run_in_progress", "1 while the run goes, else 0.", snapshot.exit_code ? 0 : 1);
  text.gauge(kLastSuccess, "End of the last run that went through its input (exit status 0 or 1); 0: none.",
             snapshot.last_success_time_seconds);
  if (snapshot.exit_code) {
    text.gauge("ocrbatch_run_exit_status", "Exit status of this run.", static_cast<int>(*snapshot.exit_code));
  }
  if (snapshot.progress) add_progress(text, *snapshot.progress);
  if (snapshot.finished) add_summary(text, *snapshot.finished);
  return text.take();
}

double last_success_in(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string name;
  double value = 0;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(std::string(kLastSuccess) + ' ')) {
      try {
        value = std::stod(line.substr(line.find(' ') + 1));
      } catch (const std::exception&) {
        return 0;  // not our file, or damaged: as if there were none
      }
    }
  }
  return value;
}

struct MetricsFile::Impl {
  Impl(std::filesystem::path file, const pipeline::ScanProgress& progress) : path(std::move(file)) {
    snapshot.start_time_seconds = now_seconds();
    snapshot.last_success_time_seconds = last_success_in(path);
    snapshot.progress = &progress;
    write();
    refresher = std::jthread([this](const std::stop_token& stop) {
      std::unique_lock lock(mutex);
      while (!wake.wait_for(lock, stop, kEvery, [&stop] { return stop.stop_requested(); })) try_to_write();
    });
  }

  void stop_refreshing() {
    refresher.request_stop();
    if (refresher.joinable()) refresher.join();
  }
  void write() const {
    io::OutputFile out(path);
    out.write(metrics_text(snapshot));
    out.commit();
  }
  // While pages are read a full disk must not end the run through its metrics.
  void try_to_write() const {
    try {
      write();
    } catch (const io::OutputError& error) {
      spdlog::warn("{}", error.what());
    }
  }

  const std::filesystem::path path;
  MetricsSnapshot snapshot;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread refresher;
};

MetricsFile::MetricsFile(std::filesystem::path file, const pipeline::ScanProgress& progress)
    : impl_(std::make_unique<Impl>(std::move(file), progress)) {}

MetricsFile::~MetricsFile() {
  if (!impl_->snapshot.exit_code) finish(nullptr, ExitCode::kInternal);
}

void MetricsFile::finish(const pipeline::ScanSummary* summary, ExitCode code) {
  impl_->stop_refreshing();
  impl_->snapshot.finished = summary;
  impl_->snapshot.exit_code = code;
  if (is_success(code)) impl_->snapshot.last_success_time_seconds = now_seconds();
  impl_->try_to_write();
  impl_->snapshot.finished = nullptr;
}

}  // namespace ocrbatch::cli
