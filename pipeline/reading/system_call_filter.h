// seccomp: which system calls a process that reads documents may not make any more.
#pragma once

namespace ocrbatch::pipeline {

// Calls for sockets, programs, processes, signals to others, files' names and attributes, mounts, kernel
// facilities that documents have no use for, and memory that the limits do not count fail with EPERM (those
// with a substitute that glibc falls back to with ENOSYS). False where the kernel has no seccomp.
bool filter_system_calls();

}  // namespace ocrbatch::pipeline
