// `ocrbatch --version`
#pragma once

#include <string>

namespace ocrbatch::cli {

std::string program_version();  // "0.1.0"
std::string version_text();     // with the facts of this build, a line each

}  // namespace ocrbatch::cli
