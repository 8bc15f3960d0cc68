#include "cli/stdout_guard.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "io/writers/output_file.h"

namespace ocrbatch::cli {
namespace {

int real_stdout = -1;

}  // namespace

void protect_stdout() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const bool stdout_is_open = ::fcntl(STDOUT_FILENO, F_GETFD) != -1;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) ::open("/dev/null", O_RDWR);  // takes the lowest free number, which is fd
  }
  if (stdout_is_open) real_stdout = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

int result_fd() {
  return real_stdout;
}

void print_result(std::string_view text) {
  io::write_fully(real_stdout, text, "standard output");
}

}  // namespace ocrbatch::cli
