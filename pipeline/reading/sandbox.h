// Takes from this process what reading a document does not need, so that a document which takes over a
// decoder finds itself in a process that can do nothing but answer.
#pragma once

#include <cstdint>
#include <string>

namespace ocrbatch::pipeline {

struct SandboxLimits {
  std::uint64_t memory_bytes = 0;  // address space beyond what is in use now; 0: no limit
  std::uint64_t file_bytes = 0;    // no file may be made larger
};

// What the kernel granted.
struct SandboxReport {
  bool system_calls = false;  // seccomp: no network, no programs, no processes, no signals to others
  int file_system = 0;        // ABI of Landlock: files can be read, not written; 0: the kernel has none
  // "system calls filtered, files read-only (Landlock 7)"
  std::string text() const;
};

// For good, for all threads that this one starts later. What the kernel does not have is left out. Limits on
// memory do not apply in a build with sanitizers, which reserve terabytes. Throws std::system_error when the
// limits cannot be set.
SandboxReport enter_sandbox(const SandboxLimits& limits);

// Ends the process (SIGXCPU) when it uses more of the processor than this from now on; to be moved on before
// each piece of work.
void allow_cpu_seconds(std::uint32_t seconds);

// What enter_sandbox() would report here, found out in a process of its own.
SandboxReport probe_sandbox();

}  // namespace ocrbatch::pipeline
