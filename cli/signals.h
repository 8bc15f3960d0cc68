// Stopping by SIGINT or SIGTERM: the first one asks the work in hand to finish, the second ends the process
// at once.
#pragma once

#include <atomic>
#include <optional>

#include "cli/exit_code.h"

namespace ocrbatch::cli {

// While it lives, a signal sets `stop_requested`. One at a time.
class StopSignals {
 public:
  explicit StopSignals(std::atomic<bool>& stop_requested);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // kInterrupted or kTerminated when a signal came.
  std::optional<ExitCode> received() const;
};

}  // namespace ocrbatch::cli
