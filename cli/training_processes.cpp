#include "cli/training_processes.h"

#include <spdlog/spdlog.h>

#include <cstdlib>

#include "cli/logging.h"

namespace ocrbatch::cli {

std::shared_ptr<recognizer::ProcessGroup> join_processes() {
  const auto place = recognizer::find_process_place([](const char* name) { return std::getenv(name); });
  if (!place) return std::make_shared<recognizer::ProcessGroup>();
  if (place->rank == 0)
    spdlog::info("waiting for {} other processes at {}:{}", place->processes - 1, place->address,
                 place->port);
  else
    log_as_process(place->rank);
  return std::make_shared<recognizer::ProcessGroup>(*place);
}

ExitCode common_status(const StopSignals& signals, recognizer::ProcessGroup& processes) {
  const ExitCode here = signals.received().value_or(ExitCode::kOk);
  return static_cast<ExitCode>(processes.max(static_cast<int>(here)));
}

}  // namespace ocrbatch::cli
