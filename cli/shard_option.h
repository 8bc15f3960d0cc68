// --shard: which part of the input this process reads.
#pragma once

#include <functional>
#include <string>

#include "pipeline/shard.h"

namespace ocrbatch::cli {

// Looks a variable of the environment up; empty when it is not set.
using Environment = std::function<std::string(const char* name)>;
std::string environment_variable(const char* name);

// "3/16": the third of sixteen. "auto": as the scheduler that started the process says:
//   Slurm's job arrays        SLURM_ARRAY_TASK_ID, counted from SLURM_ARRAY_TASK_MIN, of
//   SLURM_ARRAY_TASK_COUNT Kubernetes' indexed jobs  JOB_COMPLETION_INDEX, from 0, of JOB_COMPLETIONS (which
//   the manifest has to set)
// Throws UsageError.
pipeline::Shard parse_shard(const std::string& text, const Environment& environment);

// Puts the shard's number where "{shard}" stands in a file name, as in 0003-of-0016.
std::string with_shard(std::string name, const pipeline::Shard& shard);

}  // namespace ocrbatch::cli
