// A worker that has been taken over by a document may say anything: what it says is believed only when it
// makes sense.
#pragma once

#include "pipeline/reading/messages.h"

namespace ocrbatch::pipeline {

// Whether a reply could have come from a worker in good health: boxes inside the page, as many lines in each
// list, finite and bounded numbers, known codes. Makes messages one line.
bool makes_sense(io::Result<int>& page_count);
bool makes_sense(io::Result<io::PageSize>& size);
// `pixel_bytes` is what the shared memory holds.
bool makes_sense(SentPage& page, const kernels::LinePreparation& lines, std::uint64_t pixel_bytes);

}  // namespace ocrbatch::pipeline
