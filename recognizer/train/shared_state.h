// The state of a run, from the first process to the others.
#pragma once

#include "recognizer/safetensors.h"
#include "recognizer/train/process_group.h"

namespace ocrbatch::recognizer {

// Replaces the content by that of the first process.
void broadcast(TensorFile& content, ProcessGroup& processes);

}  // namespace ocrbatch::recognizer
