// Messages to standard error, above the progress line.
#pragma once

#include <string>
#include <vector>

namespace ocrbatch::cli {

std::vector<std::string> log_levels();
// Until this is called nothing below "info" is reported. `level` is one of log_levels().
void set_up_logging(const std::string& level);

}  // namespace ocrbatch::cli
