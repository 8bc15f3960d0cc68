#include "cli/progress.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>

#include "cli/logging.h"
#include "cli/terminal.h"
#include "cli/text_layout.h"

namespace ocrbatch::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::chrono::seconds kLineEvery{10};  // where nothing can be redrawn, such as in a log file
constexpr int kBarWidth = 20;
// A rate from the first moments would promise nonsense.
constexpr double kSecondsBeforeEstimate = 2;

}  // namespace

std::string progress_text(const pipeline::ScanProgress& progress, double seconds) {
  const std::uint64_t done = progress.pages_done, found = progress.pages_found;
  const std::uint64_t opened = progress.documents_found, listed = progress.documents_listed;
  // Until every document has been opened, the rest is taken to be like those that were.
  const bool exact = progress.all_found || (opened > 0 && opened >= listed);
  const double documents_per_opened =
      exact || opened == 0 ? 1 : static_cast<double>(listed) / static_cast<double>(opened);
  const double expected = static_cast<double>(found) * documents_per_opened;
  const double share = expected > 0 ? std::min(1.0, static_cast<double>(done) / expected) : 0;

  const int filled = static_cast<int>(share * kBarWidth);
  std::string text = "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '-') + "] ";
  text += fmt::format("{}/{}{} pages", with_thousands(done), exact ? "" : "~",
                      with_thousands(static_cast<std::uint64_t>(expected)));
  if (listed > 1) text += fmt::format(" of {} documents", with_thousands(listed));
  if (seconds > 0 && done > 0) text += fmt::format("  {:.1f} pages/s", static_cast<double>(done) / seconds);
  if (seconds >= kSecondsBeforeEstimate && share > 0) {
    text += "  " + duration_text(seconds * (1 - share) / share) + " left";
  }
  if (progress.pages_failed > 0) text += fmt::format("  {} failed", with_thousands(progress.pages_failed));
  return text;
}

ProgressDisplay::ProgressDisplay(const pipeline::ScanProgress& progress, ProgressMode mode)
    : progress_(progress) {
  const bool live = Terminal::instance().is_terminal();
  if (mode == ProgressMode::kNever || (mode == ProgressMode::kAuto && !live)) return;
  thread_ = std::jthread([this, live](const std::stop_token& stop) {
    const auto start = std::chrono::steady_clock::now();
    const std::chrono::milliseconds pause = live ? kRedraw : kLineEvery;
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, stop, pause, [&stop] { return stop.stop_requested(); })) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      const std::string text = progress_text(progress_, elapsed.count());
      live ? Terminal::instance().status(text) : log_progress(text);
    }
    Terminal::instance().clear_status();
  });
}

ProgressDisplay::~ProgressDisplay() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

}  // namespace ocrbatch::cli
