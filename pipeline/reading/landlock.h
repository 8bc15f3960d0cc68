// Landlock: a process restricts itself to reading files. By bare system calls: glibc has no functions for
// them, and Debian 12's headers know half of the rights.
#pragma once

namespace ocrbatch::pipeline {

// All files can be read and none be written, made, removed or run, but for /dev/null, which libraries print
// to; no TCP, no signals and no abstract sockets to the outside where the kernel has that. Returns the
// kernel's version of Landlock (its ABI), 0 where it has none or it is turned off.
int allow_reading_only();

}  // namespace ocrbatch::pipeline
