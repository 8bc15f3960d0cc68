// Messages to standard error, above the progress line.
#pragma once

#include <string>
#include <vector>

namespace ocrbatch::cli {

std::vector<std::string> log_levels();
// Until this is called nothing below "info" is reported. `level` is one of log_levels().
void set_up_logging(const std::string& level);
// One of several processes whose messages end up in one place: only warnings, and its number before them.
void log_as_process(int rank);

}  // namespace ocrbatch::cli
