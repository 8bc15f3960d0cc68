#include "cli/logging.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>

#include "cli/terminal.h"

namespace ocrbatch::cli {
namespace {

class TerminalSink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    std::string_view line(text.data(), text.size());
    while (line.ends_with('\n')) line.remove_suffix(1);
    Terminal::instance().message(line);
  }
  void flush_() override {}
};

}  // namespace

std::vector<std::string> log_levels() {
  return {"trace", "debug", "info", "warn", "error", "off"};
}

void set_up_logging(const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>("ocrbatch", std::make_shared<TerminalSink>());
  logger->set_pattern("ocrbatch: %v");
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

void log_as_process(int rank) {
  spdlog::set_pattern("ocrbatch: process " + std::to_string(rank) + ": %v");
  spdlog::set_level(std::max(spdlog::get_level(), spdlog::level::warn));
}

}  // namespace ocrbatch::cli
