#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace ocrbatch::cli {
namespace {

constexpr const char* kEraseLine = "\r\x1b[K";

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

Terminal& Terminal::instance() {
  static Terminal terminal;
  return terminal;
}

Terminal::Terminal() {
  const char* term = std::getenv("TERM");
  is_terminal_ = ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

void Terminal::message(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  std::string text;
  if (!status_.empty()) text += kEraseLine;
  text.append(line) += '\n';
  text += status_;
  write_all(text);
}

void Terminal::status(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  // The last column stays free: some terminals wrap as soon as it is written.
  status_ = line.substr(0, terminal_width() - 1);
  write_all(kEraseLine + status_);
}

void Terminal::clear_status() {
  const std::scoped_lock lock(mutex_);
  if (!status_.empty()) write_all(kEraseLine);
  status_.clear();
}

}  // namespace ocrbatch::cli
