// Which of several training processes this one is, by the environment that launchers set.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace ocrbatch::recognizer {

struct ProcessPlace {
  int rank = 0, processes = 1;
  int local_rank = 0;   // among the processes of this machine: which of its devices is this one's
  std::string address;  // of rank 0, where the processes find each other
  int port = 0;
  int timeout_s = 1800;  // a process that says nothing for so long is given up
};

// From RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT and LOCAL_RANK, as torchrun sets them. Without RANK, and
// with MASTER_ADDR, Slurm's SLURM_PROCID, SLURM_NTASKS and SLURM_LOCALID stand for the three numbers. The
// timeout is OCRBATCH_PEER_TIMEOUT, in seconds. Empty when there is one process only. Throws ConfigError
// naming the variable that is missing or is no number. `variable` returns null for one that is not set:
// std::getenv.
std::optional<ProcessPlace> find_process_place(const std::function<const char*(const char*)>& variable);

}  // namespace ocrbatch::recognizer
