#include "cli/logging.h"

#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>

#include "cli/terminal.h"
#include "io/writers/text_encoding.h"

namespace ocrbatch::cli {
namespace {

constexpr const char* kTextPattern = "ocrbatch: %v";

// What the message that this thread is logging is about.
thread_local const io::PageRecord* logged_failure = nullptr;

class JsonFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    spdlog::memory_buf_t time;
    time_.format(message, time);
    const auto level = spdlog::level::to_string_view(message.level);
    boost::json::object object{{"time", std::string_view(time.data(), time.size())},
                               {"level", std::string_view(level.data(), level.size())}};
    if (const io::PageRecord* failed = logged_failure) {
      object["document"] = io::printable_name(failed->document);
      if (failed->page_number) object["page"] = *failed->page_number;
      object["code"] = io::error_code_name(failed->error->code);
      object["message"] = io::valid_utf8(failed->error->message);
    } else {
      object["message"] = io::valid_utf8({message.payload.data(), message.payload.size()});
    }
    const std::string text = boost::json::serialize(object);
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }

 private:
  spdlog::pattern_formatter time_{"%Y-%m-%dT%H:%M:%S.%eZ", spdlog::pattern_time_type::utc, ""};
};

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

// A file's name may hold line breaks.
std::string on_one_line(const std::string& name) {
  std::string line;
  for (const char c : name) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    line += control ? fmt::format("\\x{:02x}", c) : std::string(1, c);
  }
  return line;
}

void log_whatever_the_level(spdlog::level::level_enum level, const std::string& message) {
  const spdlog::logger& logger = *spdlog::default_logger_raw();
  for (const auto& sink : logger.sinks()) sink->log({logger.name(), level, message});
}

}  // namespace

std::vector<std::string> log_levels() {
  return {"trace", "debug", "info", "warn", "error", "off"};
}

void set_up_logging(const std::string& level, LogFormat format) {
  auto logger = std::make_shared<spdlog::logger>("ocrbatch", std::make_shared<TerminalSink>());
  if (format == LogFormat::kJson) {
    logger->set_formatter(std::make_unique<JsonFormatter>());
  } else {
    logger->set_pattern(kTextPattern);
  }
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

void log_as_process(int rank) {
  spdlog::set_pattern("ocrbatch: process " + std::to_string(rank) + ": %v");
  spdlog::set_level(std::max(spdlog::get_level(), spdlog::level::warn));
}

void log_failure(const io::PageRecord& failed) {
  logged_failure = &failed;
  const std::string document = on_one_line(io::printable_name(failed.document));
  const std::string page = failed.page_number ? " page " + std::to_string(*failed.page_number) : "";
  spdlog::error("{}{}: {}: {}", document, page, io::error_code_name(failed.error->code),
                failed.error->message);
  logged_failure = nullptr;
}

void log_fatal(const std::string& message) {
  log_whatever_the_level(spdlog::level::err, message);
}

void log_progress(const std::string& message) {
  log_whatever_the_level(spdlog::level::info, message);
}

}  // namespace ocrbatch::cli
