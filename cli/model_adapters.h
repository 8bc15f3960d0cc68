// `models delta`, `models apply`, `models merge` and `models average`.
#pragma once

#include <string>
#include <vector>

#include "cli/errors.h"

namespace ocrbatch::cli {

struct AdapterArguments {
  std::vector<std::string> names;  // what follows the word
  std::string base, out;
};

ExitCode run_models_delta(const AdapterArguments& arguments);
ExitCode run_models_apply(const AdapterArguments& arguments);
ExitCode run_models_merge(const AdapterArguments& arguments);
ExitCode run_models_average(const AdapterArguments& arguments);

}  // namespace ocrbatch::cli
