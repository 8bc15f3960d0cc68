// What the machine, or the container around this process, allows it to use.
#pragma once

#include <cstdint>
#include <string>

namespace ocrbatch::pipeline {

// Cores by scheduler affinity and cgroup quota, at least 1.
int available_cores();

// RAM of the machine or of the cgroup, whichever is less.
std::uint64_t available_memory_bytes();

std::string machine_name();  // the host's

// For decoded pages in flight: a quarter of the available memory, at most 2 GiB.
std::uint64_t default_page_memory_bytes();

}  // namespace ocrbatch::pipeline
