// The subcommands.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/exit_code.h"

namespace ocrbatch::cli {

// To add one: a file command_x.cpp, its function here, and a row in the table of commands.cpp. A command that
// brings its own threads is also named in process_environment.cpp.
ExitCode run_scan_command(const std::vector<std::string>& arguments);
ExitCode run_bench_command(const std::vector<std::string>& arguments);
ExitCode run_merge_command(const std::vector<std::string>& arguments);
ExitCode run_train_command(const std::vector<std::string>& arguments);
ExitCode run_eval_command(const std::vector<std::string>& arguments);
ExitCode run_synth_command(const std::vector<std::string>& arguments);
ExitCode run_ngram_command(const std::vector<std::string>& arguments);
ExitCode run_models_command(const std::vector<std::string>& arguments);

struct Command {
  const char* name;
  const char* summary;  // one line of `ocrbatch --help`
  ExitCode (*run)(
      const std::vector<std::string>& arguments);  // what follows the name; may throw, see errors.h
};

std::span<const Command> commands();

}  // namespace ocrbatch::cli
