// ocrbatch: finds the subcommand and runs it. Everything else is in the libraries below.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <opencv2/core/utility.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/logging.h"
#include "cli/nearest_name.h"
#include "cli/stdout_guard.h"
#include "cli/text_layout.h"
#include "cli/version.h"

namespace ocrbatch::cli {
namespace {

std::string program_help() {
  std::string text =
      "usage: ocrbatch COMMAND [options]\n"
      "\n"
      "Reads piles of scanned documents: PDFs and images in, JSON Lines, hOCR and text out.\n"
      "\n"
      "Commands:\n";
  for (const Command& command : commands()) {
    text += two_columns(std::string("  ") + command.name, command.summary, 12);
  }
  text +=
      "\n"
      "  ocrbatch COMMAND --help   what a command does and its options\n"
      "  ocrbatch --version        version and facts of this build\n"
      "\n"
      "Exit status: 0 every page done, 1 some pages or documents failed, 2 usage, 3 no input could be read, "
      "4 output\n"
      "cannot be written, 5 model missing or unusable, 6 device, 7 another run holds the lock, 8 another "
      "process\n"
      "of the training is gone, 70 a bug in ocrbatch, 130 or 143 stopped by SIGINT or SIGTERM with "
      "everything "
      "finished\n"
      "so far kept.\n";
  return text;
}

ExitCode dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw UsageError("a command is missing");
  const std::string& name = arguments[0];
  if (name == "--help" || name == "-h" || name == "help") {
    print_result(program_help());
    return ExitCode::kOk;
  }
  if (name == "--version") {
    print_result(version_text());
    return ExitCode::kOk;
  }
  const auto found = std::ranges::find(commands(), name, &Command::name);
  if (found != commands().end()) return found->run({arguments.begin() + 1, arguments.end()});
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  if (name.starts_with('-')) {
    throw UsageError("unknown option '" + name + "' before a command" + hint(name, {"--help", "--version"}));
  }
  throw UsageError("unknown command '" + name + "'" + hint(name, names));
}

// What LibTorch has registered takes a tenth of a second to take down, and nothing of it outlives the
// process. Leaks are looked for on the way that is left out.
[[noreturn]] void leave(ExitCode code) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  spdlog::shutdown();
  std::fflush(nullptr);
  std::quick_exit(static_cast<int>(code));
#else
  std::exit(static_cast<int>(code));
#endif
}

}  // namespace
}  // namespace ocrbatch::cli

int main(int argc, char** argv) {
  using namespace ocrbatch::cli;
  protect_stdout();
  // OpenCV would bring a thread pool of its own; threads here run over pages and lines, not inside an image.
  cv::setNumThreads(0);
  set_up_logging("info", LogFormat::kText);
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  ExitCode code = ExitCode::kOk;
  try {
    code = dispatch(arguments);
  } catch (...) {
    const bool known =
        !arguments.empty() && std::ranges::find(commands(), arguments[0], &Command::name) != commands().end();
    code = report_exception(known ? arguments[0] : "");
  }
  leave(code);
}
