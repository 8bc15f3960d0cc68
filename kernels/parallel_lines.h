// A batch's lines over the threads that LibTorch is set to (at::set_num_threads).
#pragma once

#include <cstdint>
#include <functional>

namespace ocrbatch::kernels {

// Calls `run` once for each line from 0 to batch - 1, in any order and from several threads. What it throws
// comes out here.
void parallel_lines(std::int64_t batch, const std::function<void(std::int64_t line)>& run);

}  // namespace ocrbatch::kernels
