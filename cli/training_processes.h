// `train` as one of several processes.
#pragma once

#include <memory>

#include "cli/exit_code.h"
#include "cli/signals.h"
#include "recognizer/train/process_group.h"

namespace ocrbatch::cli {

// Joins the processes that the environment names (RANK, WORLD_SIZE, ...); a group of one where it names none.
// Of these only the first goes on to report more than warnings.
std::shared_ptr<recognizer::ProcessGroup> join_processes();

// How all of them end: as the one that a signal told to stop.
ExitCode common_status(const StopSignals& signals, recognizer::ProcessGroup& processes);

}  // namespace ocrbatch::cli
