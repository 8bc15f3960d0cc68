// Which processes another one has started.
#pragma once

#include <sys/types.h>

#include <vector>

namespace ocrbatch::testing {

// Those that run and those that nobody has waited for.
std::vector<pid_t> child_processes(pid_t parent);

// False for a process that has ended, waited for or not.
bool is_running(pid_t process);

}  // namespace ocrbatch::testing
