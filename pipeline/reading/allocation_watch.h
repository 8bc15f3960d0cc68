// Tells that memory was refused to this process. Libraries answer that in many ways (a null pointer taken for
// a damaged file, abort(), a crash), so malloc itself notes it. Part of the program ocrbatch-worker alone.
#pragma once

#include <atomic>
#include <cstdint>

namespace ocrbatch::pipeline {

// From now on set to 1 when an allocation fails. Without effect in a build with sanitizers, whose malloc is
// another.
void note_refused_memory(std::atomic<std::uint32_t>& note);

}  // namespace ocrbatch::pipeline
