// Messages to standard error, above the progress line: as text for people or as JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "io/document.h"

namespace ocrbatch::cli {

enum class LogFormat {
  kText,  // ocrbatch: MESSAGE
  kJson,  // an object a line: "time" (UTC, RFC 3339), "level", "message", and what the message is about
};

std::vector<std::string> log_levels();
// Until this is called nothing below "info" is reported, as text. `level` is one of log_levels().
void set_up_logging(const std::string& level, LogFormat format);
// One of several processes whose messages end up in one place: only warnings, and its number before them.
void log_as_process(int rank);

// The record of a page or document that could not be read. In JSON each part is a field of its own.
void log_failure(const io::PageRecord& failed);

// Said whatever the level: why the program ends, and progress that was asked for.
void log_fatal(const std::string& message);
void log_progress(const std::string& message);

}  // namespace ocrbatch::cli
