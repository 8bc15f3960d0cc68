#include "cli/signals.h"

#include <signal.h>
#include <unistd.h>

namespace ocrbatch::cli {
namespace {

// Only lock-free atomics may be touched in a signal handler.
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);
std::atomic<std::atomic<bool>*> stop_flag{nullptr};
std::atomic<int> received_signal{0};

void on_signal(int number) {
  if (received_signal.exchange(number) != 0) ::_exit(128 + number);
  if (std::atomic<bool>* flag = stop_flag) *flag = true;
}

void set_handler(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

// A signal that the caller ignores stays ignored: `nohup`, or a job that a shell started with "&".
void replace_handler(int number, void (*handler)(int)) {
  struct sigaction present {};
  ::sigaction(number, nullptr, &present);
  if (present.sa_handler != SIG_IGN) set_handler(number, handler);
}

}  // namespace

StopSignals::StopSignals(std::atomic<bool>& stop_requested) {
  received_signal = 0;
  stop_flag = &stop_requested;
  // A terminal that is closed, or a connection that breaks, does not end the run.
  set_handler(SIGHUP, SIG_IGN);
  for (const int number : {SIGINT, SIGTERM}) replace_handler(number, on_signal);
}

StopSignals::~StopSignals() {
  for (const int number : {SIGINT, SIGTERM}) replace_handler(number, SIG_DFL);
  // SIGHUP stays ignored: whether it was before is not known any more.
  stop_flag = nullptr;
}

std::optional<ExitCode> StopSignals::received() const {
  switch (received_signal.load()) {
    case SIGINT:
      return ExitCode::kInterrupted;
    case SIGTERM:
      return ExitCode::kTerminated;
    default:
      return std::nullopt;
  }
}

}  // namespace ocrbatch::cli
