// `ocrbatch models promote` and `ocrbatch models restore`.
#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.h"

namespace ocrbatch::cli {

// Both take what follows their own name on the command line.
ExitCode run_promote_command(const std::vector<std::string>& arguments);
ExitCode run_restore_command(const std::vector<std::string>& arguments);

}  // namespace ocrbatch::cli
