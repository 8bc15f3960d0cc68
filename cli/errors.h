// Exceptions become one line on standard error and an exit status, here and nowhere else.
#pragma once

#include <stdexcept>
#include <string>

#include "cli/exit_code.h"

namespace ocrbatch::cli {

// A wrong option, value or configuration: exit status 2. The message says what to write instead.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What there is to read cannot be used: exit status 3.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The exit status for the exception that is being handled; call inside a catch block. `message` is the line
// for standard error; empty when nothing is to be said.
struct Failure {
  ExitCode code;
  std::string message;
  bool help_helps = false;  // the command's --help says what can be written instead
};
Failure current_failure();

// Call inside a catch block. Reports the exception being handled and says how the program must end.
// `command` ("scan", or empty before one is known) is named in the pointer to --help.
ExitCode report_exception(const std::string& command);

}  // namespace ocrbatch::cli
